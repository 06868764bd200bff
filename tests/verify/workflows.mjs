// Checks workflows with GitHub's own parser: `node workflows.mjs FILE...`. A line a problem; exit 1 if there is one.

import { readFileSync } from "node:fs";
import { register } from "node:module";
import { pathToFileURL } from "node:url";

register("./json-modules.mjs", import.meta.url);
const { validate } = await import("@actions/languageservice");
const { TextDocument } = await import("vscode-languageserver-textdocument");

const files = process.argv.slice(2);
if (files.length === 0) {
  console.error("usage: node workflows.mjs FILE...");
  process.exit(2);
}
for (const file of files) {
  const document = TextDocument.create(pathToFileURL(file).href, "yaml", 1, readFileSync(file, "utf8"));
  for (const { range, message } of await validate(document, {})) {
    console.log(`${file}:${range.start.line + 1}:${range.start.character + 1}: ${message}`);
    process.exitCode = 1;
  }
}
