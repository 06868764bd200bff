// The pack's folder `templates/`. What there is, and what it is for, stands in `templates.d.ts`.

import { template } from './index.js';
import { texts } from './texts.js';

export { texts };

export const templates = Object.fromEntries(Object.entries(texts).map(([name, text]) => [name, template(name, text)]));
