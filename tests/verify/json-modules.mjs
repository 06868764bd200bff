// Lets `import x from "./x.json"` be, which the parser's packages write and Node only takes with an attribute.

import { readFile } from "node:fs/promises";

export async function load(url, context, nextLoad) {
  if (!url.startsWith("file:") || !url.endsWith(".json") || context.importAttributes?.type === "json") {
    return nextLoad(url, context);
  }
  const json = await readFile(new URL(url), "utf8");
  return { format: "module", shortCircuit: true, source: `export default ${json};` };
}
