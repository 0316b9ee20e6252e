// Values of descriptions, options and records that become part of a path. Each is one plain component: no value
// can lead out of the directory that the program chose.

import { type ErrorPlace, InvalidInputError } from '../../errors.js';

/** Largest size of a component, in bytes (NAME_MAX of Linux). */
const LONGEST = 255;
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const CONTROL = /[\u0000-\u001f\u007f-\u009f]/;
const LONE_SURROGATE = /[\ud800-\udfff]/u;

/** Name and origin of a value, for messages. */
export interface NamedValue extends ErrorPlace {
  /** Begins a sentence: `The version`. */
  readonly what: string;
}

/**
 * The value, if it can be one component of a path. Throws {@link InvalidInputError} `live.path-component` for an empty one,
 * `.`, `..`, a slash, control characters, text that is not Unicode, and more than 255 bytes.
 */
export function pathComponent(value: string, { what, ...place }: NamedValue): string {
  const fault = faultOf(value);
  if (fault === undefined) return value;
  throw new InvalidInputError('live.path-component', `${what} ${JSON.stringify(shortened(value))} ${fault}.`, {
    ...place,
    hint: 'It becomes part of a file name: use letters, digits, ".", "_" and "-".',
  });
}

/** Whether a value can be one component of a path. */
export function isPathComponent(value: string): boolean {
  return faultOf(value) === undefined;
}

function faultOf(value: string): string | undefined {
  if (value === '') return 'is empty';
  if (value === '.' || value === '..') return 'names a directory above or itself';
  if (value.includes('/')) return 'contains a slash';
  if (CONTROL.test(value)) return 'contains a control character';
  if (LONE_SURROGATE.test(value)) return 'is not Unicode text';
  if (Buffer.byteLength(value) > LONGEST) return `is longer than ${LONGEST} bytes`;
  return undefined;
}

function shortened(value: string): string {
  return value.length > 100 ? `${value.slice(0, 100)}…` : value;
}
