// A component has no files, so templates are modules. Those in which `${` or a backtick stands need a backslash before it.

import { template } from './scaffold-pack/index.js';

export const index = template(
  'docs/index.md',
  `# {{ project.name }}

{{ answers.owner | pascal }} answers for it.
{% for resource in answers.resources %}
- [{{ resource | pascal }}](resources/{{ resource | kebab }}.md)
{% endfor %}

<!-- slot: sections -->
`,
);

export const resource = template(
  'docs/resource.md',
  `# {{ resource | pascal }}

\`/{{ resource | kebab | plural }}\` of {{ project.name }}.
`,
);

export const review = template(
  'docs/review.md',
  `# Review

{{ answers.reviewers }} of {{ answers.owner }} have to agree.
`,
);

export const service = template(
  'docs/service.md',
  `It listens on port {{ service.port }}, and is alive at \`{{ service.health.live }}\`.
`,
);

export const catalogue = template(
  'catalogue.json',
  `{ "owner": {{ answers.owner | tojson }}, "resources": {{ answers.resources | tojson }} }
`,
);
