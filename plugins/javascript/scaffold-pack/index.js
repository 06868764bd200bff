// Write template packs for scaffold in JavaScript. What there is, and what it is for, stands in `index.d.ts`.

/** Marks for files that use braces themselves, as GitHub's workflows do. */
export const BRACKETS = { block: ['[%', '%]'], variable: ['[[', ']]'], comment: ['[#', '#]'] };

export class Refusal extends Error {
  constructor(message, { answer, help } = {}) {
    super(message);
    this.name = 'Refusal';
    this.diagnostics = [{ message, answer, help }];
  }

  static of(diagnostics) {
    const refusal = new Refusal(diagnostics.map(({ message }) => message).join('; '));
    refusal.diagnostics = diagnostics;
    return refusal;
  }
}

export function template(name, text, marks) {
  return (values) => ({ template: { name, text, marks }, values });
}

export class Output {
  contributions = [];
  shared = [];
  diagnostics = [];
  steps = [];

  file(path, contents, { executable = false, once = false, slots = [], movedFrom = [] } = {}) {
    return this.#add(path, { kind: 'file', contents, executable, once, slots, movedFrom });
  }

  merge(path, format, text, { weak = false, lists = {} } = {}) {
    const isText = typeof text === 'string' || isRendering(text);
    return this.#add(path, { kind: 'merge', format, text: isText ? text : JSON.stringify(text), weak, lists });
  }

  lines(path, ...lines) {
    return this.#add(path, { kind: 'lines', lines });
  }

  fill(path, slot, text, { order = 0 } = {}) {
    return this.#add(path, { kind: 'fill', slot, text, order });
  }

  share(...templates) {
    this.shared.push(...templates.map((made) => made({}).template));
    return this;
  }

  step(title, ...command) {
    this.steps.push({ title, command });
    return this;
  }

  say(diagnostic) {
    this.diagnostics.push(diagnostic);
    return this;
  }

  #add(path, share) {
    this.contributions.push({ path, ...share });
    return this;
  }
}

export function definePack({ manifest, plan, render, migrate }) {
  return {
    generator: {
      describe: () => described(manifest),
      plan(context, taken) {
        const planned = refusing(() => plan?.(given(context), taken.map(offered)) ?? {});
        const offer = ({ capability, version, facts }) => ({ capability, version, facts: JSON.stringify(facts) });
        return { offers: (planned.offers ?? []).map(offer), diagnostics: (planned.diagnostics ?? []).map(diagnostic) };
      },
      render(context, taken) {
        const output = refusing(() => render(given(context), taken.map(offered)));
        return {
          templates: templates(output),
          contributions: output.contributions.map((share) => ({ path: share.path, body: body(share) })),
          diagnostics: output.diagnostics.map(diagnostic),
          nextSteps: output.steps,
        };
      },
    },
    migration: {
      migrate(version, answers) {
        const old = JSON.parse(answers);
        return JSON.stringify(refusing(() => migrate?.(version, old) ?? old));
      },
    },
  };
}

// The contract's error of a call is what is thrown.
function refusing(call) {
  try {
    return call();
  } catch (error) {
    throw error instanceof Refusal ? error.diagnostics.map(diagnostic) : error;
  }
}

function given({ project, instance, answers }) {
  const parsed = JSON.parse(answers);
  const known = { project: project.name, year: project.year, instance, answers: parsed };
  const values = (more = {}) => ({ project: { name: project.name, year: project.year }, answers: parsed, ...more });
  return { ...known, values };
}

function offered({ facts, ...offer }) {
  return { ...offer, facts: JSON.parse(facts) };
}

function described(manifest) {
  const { questions = {}, provides = [], requires = [], dependencies = [], ...plain } = manifest;
  return {
    description: '',
    license: '',
    keywords: [],
    ...plain,
    questions: JSON.stringify(questions),
    dependencies,
    provides: provides.map(({ facts = {}, ...own }) => ({ ...own, facts: JSON.stringify(facts) })),
    requires: requires.map(({ cardinality = 'exactly-one', facts = {}, neededIn = 'render', ...own }) => {
      return { ...own, cardinality, facts: JSON.stringify(facts), neededIn };
    }),
    extra: '{}',
  };
}

function diagnostic({ severity = 'error', message, answer, help }) {
  return { severity, message, answer, help };
}

function isRendering(text) {
  return typeof text === 'object' && text !== null && 'template' in text && 'values' in text;
}

// Every template that goes along, each once.
function templates({ shared, contributions }) {
  const texts = contributions.map(({ contents, text }) => contents ?? text);
  const all = [...shared, ...texts.filter(isRendering).map(({ template }) => template)];
  const named = new Map(all.map((source) => [source.name, source]));
  return [...named.values()].map(({ name, text, marks }) => ({ name, text, syntax: marks }));
}

function text(made) {
  if (!isRendering(made)) return { tag: 'literal', val: made };
  return { tag: 'template', val: { template: made.template.name, values: JSON.stringify(made.values) } };
}

function body({ kind, ...share }) {
  switch (kind) {
    case 'file':
      return { tag: 'file', val: file(share) };
    case 'merge': {
      const lists = Object.entries(share.lists).map(([pointer, rule]) => ({ pointer, policy: policy(rule) }));
      return { tag: 'merge', val: { format: share.format, text: text(share.text), weak: share.weak, lists } };
    }
    case 'lines':
      return { tag: 'lines', val: share.lines };
    default:
      return { tag: 'slot', val: { name: share.slot, text: text(share.text), order: share.order } };
  }
}

function file({ contents, executable, once, slots, movedFrom }) {
  const isBytes = contents instanceof Uint8Array;
  const opening = ({ name, marker, required = false, unique = false, sorted = false }) => {
    return { name, marker, required, unique, sorted };
  };
  return {
    contents: isBytes ? { tag: 'bytes', val: contents } : { tag: 'text', val: text(contents) },
    executable,
    ownership: once ? 'once' : 'managed',
    slots: slots.map(opening),
    movedFrom,
  };
}

function policy(rule) {
  const [name, key] = rule.split(' ');
  return name === 'by-key' ? { tag: name, val: key } : { tag: name };
}
