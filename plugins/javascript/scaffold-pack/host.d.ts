import type { Json, JsonObject } from './index.js';

/** The value of a Jinja expression: `answers.resources | length > 1`. */
export function evaluate(expression: string, values: JsonObject): Json;

/** A short template, rendered: `app/{{ resource | snake }}.py`. */
export function interpolate(template: string, values: JsonObject): string;

/** Where an instance stands, relative to the project's root: `services/orders`, or `.` for the root itself. */
export function folder(instance: string): string;
