/**
 * Write template packs for scaffold in JavaScript.
 *
 * A pack is a pure function from answers and facts to contributions: files, fragments that are merged, lines, fills of
 * slots. It names templates, which the host renders; it never opens a file.
 *
 *     import { Output, definePack, template } from './scaffold-pack/index.js';
 *
 *     const script = template('greet.sh', '#!/bin/sh\necho {{ answers.greeting }}\n');
 *
 *     export const { generator, migration } = definePack({
 *       manifest: {
 *         name: 'greeter',
 *         version: '0.1.0',
 *         summary: 'A script that greets',
 *         questions: { properties: { greeting: { type: 'string', default: 'hello' } } },
 *       },
 *       render: (context) => new Output().file('greet.sh', script(context.values()), { executable: true }),
 *     });
 *
 * The two names that are exported are the contract's. Nothing here touches the host, so that plain `node --test` can
 * import a pack and call its functions.
 */

export type Json = null | boolean | number | string | Json[] | { [name: string]: Json };
export type JsonObject = { [name: string]: Json };

/** What a pack says of itself. The order of the questions' properties is the order of asking. */
export interface Manifest {
  name: string;
  version: string;
  summary: string;
  description?: string;
  license?: string;
  keywords?: string[];
  /** A JSON Schema. */
  questions?: JsonObject;
  dependencies?: { name: string; version: string; source?: string }[];
  /** Facts for other packs, with their JSON Schema. */
  provides?: { name: string; version: string; facts?: JsonObject }[];
  /** Facts of other packs. `neededIn: 'plan'` orders the packs. */
  requires?: {
    name: string;
    version: string;
    cardinality?: 'exactly-one' | 'at-most-one' | 'at-least-one' | 'any-number';
    facts?: JsonObject;
    neededIn?: 'plan' | 'render';
  }[];
}

/** What both phases are given. A question that was not asked has no key among the answers. */
export interface Context {
  readonly project: string;
  readonly year: number;
  /** The pack's name, or what the user named this use of it. */
  readonly instance: string;
  readonly answers: JsonObject;
  /** What templates are given in most packs: `project`, with `name` and `year`, `answers`, and whatever is added. */
  values(more?: JsonObject): JsonObject;
}

/** Facts of another pack. */
export interface Taken {
  readonly pack: string;
  readonly instance: string;
  readonly capability: string;
  readonly version: string;
  readonly facts: JsonObject;
}

/** Something that the user is told; `answer` is the JSON Pointer of the answer that it is about. */
export interface Diagnostic {
  message: string;
  answer?: string;
  help?: string;
  severity?: 'error' | 'warning' | 'note';
}

/** Thrown where the answers or the facts of others don't suit: nothing is made, and the user is told why. */
export class Refusal extends Error {
  constructor(message: string, about?: { answer?: string; help?: string });
  /** A refusal for several reasons at once. */
  static of(diagnostics: Diagnostic[]): Refusal;
  diagnostics: Diagnostic[];
}

/** The marks of a template, each opening and closing. */
export interface Marks {
  block: [string, string];
  variable: [string, string];
  comment: [string, string];
}

/** Marks for files that use braces themselves, as GitHub's workflows do. */
export const BRACKETS: Marks;

/** A template with its values: text that the host will render. */
export interface Rendering {
  template: { name: string; text: string; marks?: Marks };
  values: JsonObject;
}

export type Template = (values: JsonObject) => Rendering;

/** A Jinja template, which becomes text by being called with values. */
export function template(name: string, text: string, marks?: Marks): Template;

export type Text = string | Rendering;

/** How two lists meet, by JSON Pointer; `by-key MEMBER` merges objects with the same value of that member. */
export type ListRules = { [pointer: string]: 'unite' | 'sorted' | 'append' | 'replace' | `by-key ${string}` };

/** The contributions of one `render`. Methods return the output itself, so that they can be chained. */
export class Output {
  /** A whole file. With `once` it is the user's as soon as it is written. */
  file(
    path: string,
    contents: Text | Uint8Array,
    options?: {
      executable?: boolean;
      once?: boolean;
      slots?: { name: string; marker: string; required?: boolean; unique?: boolean; sorted?: boolean }[];
      movedFrom?: string[];
    },
  ): this;
  /** A fragment that is merged into a structured file; an object is written as JSON, which YAML is, too. */
  merge(
    path: string,
    format: 'json' | 'jsonc' | 'yaml' | 'toml' | 'dotenv',
    text: Text | JsonObject,
    options?: { weak?: boolean; lists?: ListRules },
  ): this;
  /** Lines that the file must hold, each once. */
  lines(path: string, ...lines: string[]): this;
  /** Text for a slot that another pack's file opens; lower orders come first. */
  fill(path: string, slot: string, text: Text, options?: { order?: number }): this;
  /** Templates that others include, import or extend. */
  share(...templates: Template[]): this;
  /** What the user can do next: a program and its arguments, never a shell line. */
  step(title: string, ...command: string[]): this;
  /** A warning or a note. */
  say(diagnostic: Diagnostic): this;
  /** What was contributed, for tests. */
  readonly contributions: readonly { path: string; kind: string; [member: string]: unknown }[];
}

/** The facts of one `plan`. */
export interface Planned {
  offers?: { capability: string; version: string; facts: JsonObject }[];
  diagnostics?: Diagnostic[];
}

export interface Pack {
  manifest: Manifest;
  /** First phase: checks the answers beyond their schema, and makes the facts for other packs. */
  plan?(context: Context, taken: Taken[]): Planned | undefined;
  /** Second phase: makes the contributions, with the facts that other packs offer. */
  render(context: Context, taken: Taken[]): Output;
  /** Carries the answers of a project over that this older version of the pack made. */
  migrate?(version: string, answers: JsonObject): JsonObject;
}

/** The exports of a pack's module: `export const { generator, migration } = definePack({ … })`. */
export function definePack(pack: Pack): { generator: object; migration: object };
