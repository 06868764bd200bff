// The package without the host: `node --test`.

import assert from 'node:assert/strict';
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { pathToFileURL } from 'node:url';

import { BRACKETS, Output, Refusal, definePack, template } from '../scaffold-pack/index.js';

const script = template('greet.sh', 'echo [[ answers.greeting ]]\n', BRACKETS);

const { generator, migration } = definePack({
  manifest: { name: 'greeter', version: '0.1.0', summary: 'x', requires: [{ name: 'service', version: '^1' }] },
  plan({ answers }) {
    if (!answers.greeting) throw new Refusal('no greeting', { answer: '/greeting' });
    return { offers: [{ capability: 'greeting', version: '1.0.0', facts: { text: answers.greeting } }] };
  },
  render: (context, taken) =>
    new Output()
      .file('greet.sh', script(context.values({ names: taken.map((offer) => offer.facts.name) })), { executable: true })
      .merge('a.json', 'json', { a: 1 }, { lists: { '/x': 'by-key id', '/y': 'sorted' } })
      .file('logo', new Uint8Array([0]))
      .fill('README.md', 'badges', 'x', { order: 3 }),
});

const given = (answers) => ({ project: { name: 'shop', year: 2026 }, instance: 'greeter', answers: JSON.stringify(answers) });

test('what is made has the form of the contract', () => {
  const taken = [{ pack: 'p', instance: 'p', capability: 'service', version: '1.0.0', facts: '{"name":"n"}' }];
  const { templates, contributions } = generator.render(given({ greeting: 'hi' }), taken);
  assert.deepEqual(templates, [{ name: 'greet.sh', text: 'echo [[ answers.greeting ]]\n', syntax: BRACKETS }]);
  const [file, merge, bytes, fill] = contributions.map(({ body }) => body);
  assert.deepEqual(JSON.parse(file.val.contents.val.val.values).names, ['n']);
  assert.deepEqual(merge.val.lists, [
    { pointer: '/x', policy: { tag: 'by-key', val: 'id' } },
    { pointer: '/y', policy: { tag: 'sorted' } },
  ]);
  assert.equal(bytes.val.contents.tag, 'bytes');
  assert.equal(fill.val.order, 3);
});

test('a manifest is filled up', () => {
  const [requirement] = generator.describe().requires;
  assert.deepEqual(requirement, { name: 'service', version: '^1', cardinality: 'exactly-one', facts: '{}', neededIn: 'render' });
});

test('a refusal is thrown as the contract has it', () => {
  assert.throws(
    () => generator.plan(given({ greeting: '' }), []),
    ([refusal]) => refusal.message === 'no greeting' && refusal.answer === '/greeting' && refusal.severity === 'error',
  );
});

test('answers stay as they are', () => {
  assert.equal(migration.migrate('0.0.1', '{"a":1}'), '{"a":1}');
});

test('the templates of a folder are named by their paths in it', async () => {
  const pack = mkdtempSync(join(tmpdir(), 'scaffold-pack-'));
  try {
    cpSync(new URL('../scaffold-pack', import.meta.url), join(pack, 'scaffold-pack'), { recursive: true });
    const load = (folder) => import(pathToFileURL(join(folder, 'scaffold-pack/templates.js')));
    assert.deepEqual((await load(pack)).texts, {});

    mkdirSync(join(pack, 'templates/docs'), { recursive: true });
    writeFileSync(join(pack, 'templates/docs/{{ x }} 50%.md'), '`${x}`\r\n');
    writeFileSync(join(pack, 'templates/a'), '');
    // Modules are kept by their addresses: another folder is another module.
    const moved = `${pack}-moved`;
    cpSync(pack, moved, { recursive: true });
    const { templates, texts } = await load(moved);
    rmSync(moved, { recursive: true });
    assert.deepEqual(Object.entries(texts), [['a', ''], ['docs/{{ x }} 50%.md', '`${x}`\n']]);
    const { template } = templates['docs/{{ x }} 50%.md']({});
    assert.deepEqual(template, { name: 'docs/{{ x }} 50%.md', text: '`${x}`\n', marks: undefined });
  } finally {
    rmSync(pack, { recursive: true });
  }
});
