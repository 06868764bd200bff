// What only the host can do. It is there inside of a component alone: import this file where it is needed, and nowhere
// that a unit test imports.

import { evaluate as ask, interpolate as fill } from 'scaffold:pack/jinja@0.1.0';
import { folder as stands } from 'scaffold:pack/layout@0.1.0';

import { Refusal } from './index.js';

export function evaluate(expression, values) {
  return JSON.parse(asking(ask, expression, values));
}

export function interpolate(template, values) {
  return asking(fill, template, values);
}

export function folder(instance) {
  return stands(instance) ?? '.';
}

// Where the host fails, the pack refuses with the host's reason.
function asking(call, text, values) {
  try {
    return call(text, JSON.stringify(values));
  } catch (error) {
    throw new Refusal(`${text}: ${error.payload?.message ?? error.message}`);
  }
}
