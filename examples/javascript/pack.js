// Documentation of a service: the example that stands in this folder in five languages.

import { interpolate } from './scaffold-pack/host.js';
import { Output, Refusal, definePack } from './scaffold-pack/index.js';
import { templates } from './scaffold-pack/templates.js';

const questions = {
  type: 'object',
  properties: {
    owner: { title: 'Who answers for it?', type: 'string', default: 'core' },
    resources: {
      title: 'What does it serve?',
      type: 'array',
      items: { type: 'string' },
      default: ['order'],
      minItems: 1,
    },
    style: { title: 'How much should be written?', enum: ['plain', 'detailed'], default: 'plain' },
    reviewers: {
      title: 'How many have to agree?',
      type: 'integer',
      default: 2,
      minimum: 1,
      'x-when': { properties: { style: { const: 'detailed' } } },
    },
  },
  required: ['owner', 'resources', 'style', 'reviewers'],
};

export const { generator, migration } = definePack({
  manifest: {
    name: 'service-docs',
    version: '0.1.0',
    summary: 'Documentation of a service, a page for each resource',
    description: 'Pages under `docs/`, and `catalogue.json` for those who list services.',
    license: 'Apache-2.0',
    keywords: ['example', 'docs'],
    questions,
    provides: [
      {
        name: 'catalogue',
        version: '1.0.0',
        facts: { type: 'object', required: ['owner'], properties: { owner: { type: 'string' } } },
      },
    ],
    requires: [{ name: 'http-service', version: '^1', cardinality: 'at-most-one' }],
  },

  plan({ answers: { owner } }) {
    if (!owner.trim()) throw new Refusal('somebody has to answer for it', { answer: '/owner' });
    return { offers: [{ capability: 'catalogue', version: '1.0.0', facts: { owner } }] };
  },

  render(context, taken) {
    const { resources, style } = context.answers;
    const values = context.values();
    const output = new Output()
      .file('docs/index.md', templates['docs/index.md'](values), {
        slots: [{ name: 'sections', marker: '<!-- slot: sections -->' }],
      })
      .merge('catalogue.json', 'json', templates['catalogue.json'](values), { lists: { '/resources': 'sorted' } })
      .lines('.gitignore', '/site/')
      .step('Read it', 'cat', 'docs/index.md');
    for (const resource of resources) {
      const page = context.values({ resource });
      output.file(interpolate('docs/resources/{{ resource | kebab }}.md', page), templates['docs/resource.md'](page));
    }
    if (style === 'detailed') output.file('docs/review.md', templates['docs/review.md'](values));
    for (const { facts } of taken) output.fill('docs/index.md', 'sections', templates['docs/service.md']({ service: facts }));
    return output;
  },
});
