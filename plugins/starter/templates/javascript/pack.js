// << answers.summary >>.

import { Output, Refusal, definePack, template } from './scaffold-pack/index.js';

// JSON Schema. The order of the properties is the order of asking.
const questions = {
  type: 'object',
  properties: {
    greeting: { title: 'What should be said?', type: 'string', default: 'hello', minLength: 1 },
    loud: { title: 'In capitals?', type: 'boolean', default: false },
  },
  required: ['greeting', 'loud'],
};

// What other packs learn of it.
const facts = { type: 'object', required: ['text'], properties: { text: { type: 'string' } } };

// Jinja, rendered by the host.
const script = template(
  'hello.sh',
  `#!/bin/sh
echo "{{ text }}, {{ project.name }}!"
`,
);

export const { generator, migration } = definePack({
  manifest: {
    name: '<< project.name >>',
    version: '0.1.0',
    summary: << answers.summary | tojson >>,
    license: << answers.license | tojson >>,
    questions,
    provides: [{ name: 'greeting', version: '1.0.0', facts }],
  },

  // First phase: checks what a question's schema can't say, and makes the facts for other packs.
  plan({ answers }) {
    if (!answers.greeting.trim()) {
      throw new Refusal('a greeting is more than spaces', { answer: '/greeting' });
    }
    return { offers: [{ capability: 'greeting', version: '1.0.0', facts: { text: text(answers) } }] };
  },

  // Second phase: makes the files.
  render(context) {
    return new Output()
      .file('hello.sh', script(context.values({ text: text(context.answers) })), { executable: true })
      .lines('.gitignore', '*.log')
      .step('Greet', './hello.sh');
  },
});

// The greeting as it is said.
function text({ greeting, loud }) {
  return loud ? greeting.toUpperCase() : greeting;
}
