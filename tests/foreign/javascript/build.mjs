// `node build.mjs SOURCE.js WIT_DIR OUT.wasm`, with every feature that is on by default: the component imports WASI
// and `wasi:http` whether the pack uses them or not, as one does whose author did not think of it.

import { writeFile } from 'node:fs/promises';
import { componentize } from '@bytecodealliance/componentize-js';

const [sourcePath, witPath, out] = process.argv.slice(2);
const { component } = await componentize({ sourcePath, witPath, worldName: 'pack' });
await writeFile(out, component);
