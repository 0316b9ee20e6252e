// Tables of attributes: one row has name, values, default, meaning, generations and effect. Reading, checking, the type of
// the result and the documentation derive from the table.

import { defined, withoutEnd } from '../../bytes/index.js';
import { InvalidInputError, option, wording } from '../../errors.js';
import { covers, type GenerationRules, generations, isOlder, type Span } from './generations.js';
import { foreignAttribute, readAs, unknownAttribute } from './unknown.js';
import type { ValueKind } from './values.js';
import type { Place, XmlElement } from './xml.js';

/** The effect of an attribute: its value decides something, or it is valid and has no effect on a live ISO. */
export type Use = 'read' | 'inert';

export interface Row<T, D extends T | undefined> extends Span {
  readonly use: Use;
  readonly kind: ValueKind<T>;
  /** The default, by generation if it changed over time. */
  readonly fallback: D | ((rules: GenerationRules) => D);
  /** The decision; for an inert row, why there is none. */
  readonly meaning: string;
  /** The generations that require it. */
  readonly required?: Span;
  /** Part of other image types in the schema; for a live ISO it can only be given as an option. */
  readonly onlyAsOption?: true;
}

/** An attribute that decides something; without a default it is absent until given. */
export function read<T>(kind: ValueKind<T>, meaning: string, span: Span = {}): Row<T, undefined> {
  return { use: 'read', kind, fallback: undefined, meaning, ...span };
}

/** An attribute that decides something and has a default. */
export function readOr<T>(
  kind: ValueKind<T>,
  fallback: T | ((rules: GenerationRules) => T),
  meaning: string,
  span: Span = {},
): Row<T, T> {
  return { use: 'read', kind, fallback, meaning, ...span };
}

export function inert<T>(kind: ValueKind<T>, meaning: string, span: Span = {}): Row<T, undefined> {
  return { use: 'inert', kind, fallback: undefined, meaning, ...span };
}

/** The same row for an attribute that the generations of the span require. */
export function required<R extends object>(row: R, span: Span = {}): R & { readonly required: Span } {
  return { ...row, required: span };
}

/** The same row for an attribute that only an option can give. */
export function onlyAsOption<R extends object>(row: R): R & { readonly onlyAsOption: true } {
  return { ...row, onlyAsOption: true };
}

// biome-ignore lint/suspicious/noExplicitAny: a table mixes rows of many value types
export type Table = Readonly<Record<string, Row<any, any>>>;

type ValueOf<R> = R extends Row<infer T, infer D> ? (D extends undefined ? T | undefined : T) : never;

/** The values of a table: a property per attribute, undefined if it is not given and has no default. */
export type Values<T extends Table> = { readonly [K in keyof T]: ValueOf<T[K]> };

/** The text of an attribute and its origin: a place in a file, or the option that overrides it. */
export interface GivenText {
  readonly value: string;
  readonly place: Partial<Place>;
  /** Given as an option: attributes of any generation are accepted. */
  readonly asOption?: true;
}

/** The attribute texts of an element by name. */
export function givenOf(element: XmlElement): Map<string, GivenText> {
  return new Map([...element.attributes].map(([name, { value, place }]) => [name, { value, place }]));
}

/**
 * Reads all given texts by the table. Throws {@link InvalidInputError} for a name that the generation does not know, or
 * a value that is not allowed. `owner` names the element in messages.
 */
export function readValues<T extends Table>(
  table: T,
  given: ReadonlyMap<string, GivenText>,
  owner: string,
  rules: GenerationRules,
): Values<T> {
  const values: Record<string, unknown> = {};
  for (const [name, { fallback }] of Object.entries(table)) {
    values[name] = typeof fallback === 'function' ? fallback(rules) : fallback;
  }
  for (const [name, text] of given) {
    const row = Object.hasOwn(table, name) ? table[name] : undefined;
    if (!row || !(text.asOption || covers(row, rules))) {
      const known = Object.entries(table).filter(([, other]) => covers(other, rules) && !other.onlyAsOption);
      throw unknownAttribute(
        owner,
        name,
        text.place,
        row,
        known.map(([other]) => other),
        rules,
      );
    }
    if (row.onlyAsOption && !text.asOption) {
      throw foreignAttribute(
        owner,
        name,
        text.place,
        wording`Take it out, or give it with ${option('typeAttributes', `${name}=VALUE`)}.`,
      );
    }
    values[name] = readValue(row.kind, text, `${owner} ${name}=`, rules);
  }
  return values as Values<T>;
}

/** Characters that XML cannot contain, or would not show; blanks, tabs and line feeds are accepted. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const CONTROL = /[\0-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ufffe\uffff]|\p{Surrogate}/u;

/** Reads one text. Throws {@link InvalidInputError} `description.bad-value`, with what is allowed. */
export function readValue<T>(kind: ValueKind<T>, given: GivenText, what: string, rules: GenerationRules): T {
  const { value, place, asOption } = given;
  const own = asOption ? kind : (kind.of?.(rules.name) ?? kind);
  if (CONTROL.test(value)) {
    const message = `${withoutEnd(what, '= ')} contains a control character.`;
    throw new InvalidInputError('description.bad-value', message, { ...place, hint: 'Take it out.' });
  }
  const parsed = own.read(value.trim());
  if (parsed !== undefined) return parsed;
  const shown = value.length > 100 ? `${value.slice(0, 100)}…` : value;
  const newer = generations.find(
    ({ name }) => isOlder(rules.name, name) && kind.of?.(name).read(value.trim()) !== undefined,
  );
  const hint = asOption ? wording`It was given with ${option('typeAttributes')}.` : newer && readAs(newer.name);
  throw new InvalidInputError('description.bad-value', `${what}"${shown}" is not valid. Allowed: ${own.allowed}.`, {
    ...place,
    ...defined({ hint }),
  });
}
