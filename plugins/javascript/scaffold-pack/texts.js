// The texts of the pack's folder `templates/`, as Node reads them for a pack's own tests. A component has no files:
// `scaffold pack build` puts a module in the place of this one that holds the texts themselves.

import { readFileSync, readdirSync } from 'node:fs';

const folder = new URL('../templates/', import.meta.url);

function paths(below) {
  const entries = readdirSync(new URL(below, folder), { withFileTypes: true });
  return entries.flatMap((entry) => {
    const path = below + encodeURIComponent(entry.name);
    return entry.isDirectory() ? paths(`${path}/`) : [path];
  });
}

function read() {
  try {
    const all = paths('').map((path) => [decodeURIComponent(path), readFileSync(new URL(path, folder), 'utf8')]);
    return all.map(([path, text]) => [path, text.replaceAll('\r\n', '\n')]);
  } catch (error) {
    if (error.code === 'ENOENT') return [];
    throw error;
  }
}

export const texts = Object.fromEntries(read().sort(([a], [b]) => (a < b ? -1 : 1)));
