// The greeting pack in JavaScript: nothing but the contract. Names are the contract's in camel case; a variant is
// `{ tag, val }`, an enum its case's name, a `none` is `undefined`, and the error of a `result` is thrown.

import { interpolate } from 'scaffold:pack/jinja@0.1.0';
import { write } from 'scaffold:pack/log@0.1.0';

const LANGUAGE = 'javascript';

const QUESTIONS = {
  type: 'object',
  properties: {
    greeting: { type: 'string', title: 'How does the project greet?', default: 'Hello' },
    loud: { type: 'boolean', title: 'In capitals?', default: false },
  },
};

const FACTS = { type: 'object', required: ['greeting'], properties: { greeting: { type: 'string' } } };

const TEMPLATE =
  '{% if loud %}{{ greeting | upper }}, {{ project.name | upper }}' +
  '{% else %}{{ greeting }}, {{ project.name }}' +
  '{% endif %} ({{ project.year }})!\n';

export const generator = {
  describe() {
    return {
      name: `greeting-${LANGUAGE}`,
      version: '0.1.0',
      summary: 'A greeting from a pack written in JavaScript',
      description: 'Writes one greeting, and says which facts it was given.',
      license: 'Apache-2.0',
      keywords: ['example', 'greeting'],
      questions: JSON.stringify(QUESTIONS),
      dependencies: [],
      provides: [{ name: `greeting-${LANGUAGE}`, version: '1.0.0', facts: JSON.stringify(FACTS) }],
      requires: [{ name: '*', version: '*', cardinality: 'any-number', facts: '{}', neededIn: 'render' }],
      extra: '{}',
    };
  },

  plan(context, _taken) {
    const { greeting } = JSON.parse(context.answers);
    if (greeting === 'forbidden') {
      throw [error('`forbidden` is not a greeting', '/greeting')];
    }
    const facts = JSON.stringify({ greeting });
    return { offers: [{ capability: `greeting-${LANGUAGE}`, version: '1.0.0', facts }], diagnostics: [] };
  },

  render({ project, answers }, taken) {
    const { greeting, loud } = JSON.parse(answers);
    write('info', `greeting ${project.name} from ${LANGUAGE}`);
    let path;
    try {
      path = interpolate('greetings/{{ lang }}.txt', JSON.stringify({ lang: LANGUAGE }));
    } catch (failed) {
      throw [error(failed.payload.message)];
    }
    const values = JSON.stringify({ greeting, loud, project: { name: project.name, year: project.year } });
    const facts = taken.map((fact) => `${fact.pack} ${fact.capability}@${fact.version}\n`).sort();
    const languages = { languages: { [LANGUAGE]: true }, all: [LANGUAGE] };
    const merge = { format: 'json', text: literal(JSON.stringify(languages)), weak: false, lists: [] };
    return {
      templates: [{ name: 'hello.txt.j2', text: TEMPLATE, syntax: undefined }],
      contributions: [
        file(path, { tag: 'template', val: { template: 'hello.txt.j2', values } }),
        { path: '.gitignore', body: { tag: 'lines', val: ['*.tmp', `${LANGUAGE}.log`] } },
        { path: 'greetings.json', body: { tag: 'merge', val: merge } },
        file(`greetings/${LANGUAGE}.facts`, literal(facts.join(''))),
        file(`greetings/${LANGUAGE}.sandbox`, literal(sandbox())),
      ],
      diagnostics: [],
      nextSteps: [{ title: 'Read the greeting', command: ['cat', path] }],
    };
  },
};

// What the host lets JavaScript have of the world: the same on every machine and in every run.
function sandbox() {
  console.log('a line that the host may drop');
  return `clock ${Date.now()}\nrandom ${Math.random()}\n`;
}

function literal(text) {
  return { tag: 'literal', val: text };
}

function file(path, text) {
  const contents = { tag: 'text', val: text };
  return { path, body: { tag: 'file', val: { contents, executable: false, ownership: 'managed', slots: [], movedFrom: [] } } };
}

function error(message, answer) {
  return { severity: 'error', message, answer, help: undefined };
}
