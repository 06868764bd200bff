// << answers.summary >>.
//
// Names are the contract's in camel case; a variant is `{ tag, val }`, an enum its case's name, a `none` is
// `undefined`, and the error of a `result` is thrown.

const NAME = '<< project.name >>';

// JSON Schema. The order of the properties is the order of asking.
const QUESTIONS = {
  type: 'object',
  properties: {
    greeting: { title: 'What should be said?', type: 'string', default: 'hello', minLength: 1 },
    loud: { title: 'In capitals?', type: 'boolean', default: false },
  },
  required: ['greeting', 'loud'],
};

// What other packs learn of it.
const FACTS = { type: 'object', required: ['text'], properties: { text: { type: 'string' } } };

// Jinja, rendered by the host.
const SCRIPT = `#!/bin/sh
echo "{{ text }}, {{ project.name }}!"
`;

export const generator = {
  // What the pack says of itself: asked once, when it is built.
  describe() {
    return {
      name: NAME,
      version: '0.1.0',
      summary: << answers.summary | tojson >>,
      description: '',
      license: << answers.license | tojson >>,
      keywords: [],
      questions: JSON.stringify(QUESTIONS),
      dependencies: [],
      provides: [{ name: 'greeting', version: '1.0.0', facts: JSON.stringify(FACTS) }],
      requires: [],
      extra: '{}',
    };
  },

  // First phase: checks what a question's schema can't say, and makes the facts for other packs.
  plan({ answers }, _taken) {
    const given = JSON.parse(answers);
    if (!given.greeting.trim()) {
      throw [{ severity: 'error', message: 'a greeting is more than spaces', answer: '/greeting' }];
    }
    const facts = JSON.stringify({ text: text(given) });
    return { offers: [{ capability: 'greeting', version: '1.0.0', facts }], diagnostics: [] };
  },

  // Second phase: makes the files.
  render({ project, answers }, _taken) {
    const values = JSON.stringify({ text: text(JSON.parse(answers)), project: { name: project.name } });
    const script = { tag: 'template', val: { template: 'hello.sh', values } };
    const contents = { tag: 'text', val: script };
    const file = { contents, executable: true, ownership: 'managed', slots: [], movedFrom: [] };
    return {
      templates: [{ name: 'hello.sh', text: SCRIPT, syntax: undefined }],
      contributions: [
        { path: 'hello.sh', body: { tag: 'file', val: file } },
        { path: '.gitignore', body: { tag: 'lines', val: ['*.log'] } },
      ],
      diagnostics: [],
      nextSteps: [{ title: 'Greet', command: ['./hello.sh'] }],
    };
  },
};

// The greeting as it is said.
function text({ greeting, loud }) {
  return loud ? greeting.toUpperCase() : greeting;
}
