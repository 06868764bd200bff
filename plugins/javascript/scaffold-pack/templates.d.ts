/**
 * The pack's folder `templates/`: each file by its path in it, with `/` between names.
 *
 *     import { templates } from './scaffold-pack/templates.js';
 *
 *     new Output().file('README.md', templates['README.md'](context.values()));
 *
 * `scaffold pack build` puts the texts into the component, which has no files; plain Node reads the folder.
 */

import type { Template } from './index.js';

/** Every file as a template with the usual marks, under its path. */
export const templates: Readonly<Record<string, Template>>;

/** The same files as they are: for `template(path, texts[path], BRACKETS)`, or to be files as they are. */
export const texts: Readonly<Record<string, string>>;
