// Tables of attributes: one row says name, values, default, meaning and what becomes of it. Reading, checking and the
// documentation follow from the table; the type of the result too.

import { InvalidInputError, UnsupportedError } from '../../errors.js';
import type { ValueKind } from './values.js';
import type { Place, XmlElement } from './xml.js';

/** What becomes of an attribute. */
export type Use =
  /** Its value decides something. */
  | { readonly use: 'read' }
  /** Valid, and without effect on a live ISO; `because` says why. */
  | { readonly use: 'inert'; readonly because: string }
  /** Would change the result in a way this program does not build; values listed in `unless` change nothing and pass. */
  | { readonly use: 'refused'; readonly because: string; readonly unless: readonly string[] };

export type Row<T, D extends T | undefined> = Use & {
  readonly kind: ValueKind<T>;
  readonly fallback: D;
  readonly meaning: string;
};

/** An attribute that decides something; without a default it is absent until given. */
export function read<T>(kind: ValueKind<T>, meaning: string): Row<T, undefined> {
  return { use: 'read', kind, fallback: undefined, meaning };
}

/** An attribute that decides something and has a default. */
export function readOr<T>(kind: ValueKind<T>, fallback: T, meaning: string): Row<T, T> {
  return { use: 'read', kind, fallback, meaning };
}

export function inert<T>(kind: ValueKind<T>, because: string): Row<T, undefined> {
  return { use: 'inert', kind, fallback: undefined, meaning: because, because };
}

export function refused<T>(kind: ValueKind<T>, because: string, unless: readonly string[] = []): Row<T, undefined> {
  return { use: 'refused', kind, fallback: undefined, meaning: because, because, unless };
}

// biome-ignore lint/suspicious/noExplicitAny: a table mixes rows of many value types
export type Table = Readonly<Record<string, Row<any, any>>>;

type ValueOf<R> = R extends Row<infer T, infer D> ? (D extends undefined ? T | undefined : T) : never;

/** The values of a table: a property per attribute, undefined where neither given nor defaulted. */
export type Values<T extends Table> = { readonly [K in keyof T]: ValueOf<T[K]> };

/** A text given for an attribute, and where: a place in a file, or the option that overrides it. */
export interface GivenText {
  readonly value: string;
  readonly place: Partial<Place>;
}

/** Attribute texts by name, of an element. */
export function givenOf(element: XmlElement): Map<string, GivenText> {
  return new Map([...element.attributes].map(([name, { value, place }]) => [name, { value, place }]));
}

/**
 * Reads all given texts by the table. Throws {@link InvalidInputError} for an unknown name or a value that is not
 * allowed, {@link UnsupportedError} for one that this program does not build.
 */
export function readValues<T extends Table>(table: T, given: ReadonlyMap<string, GivenText>, owner: string): Values<T> {
  const values: Record<string, unknown> = {};
  for (const [name, row] of Object.entries(table)) values[name] = row.fallback;
  for (const [name, { value, place }] of given) {
    const row = Object.hasOwn(table, name) ? table[name] : undefined;
    if (!row) throw unknownAttribute(table, name, owner, place);
    const parsed: unknown = row.kind.read(value.trim());
    if (parsed === undefined) {
      throw new InvalidInputError(
        'description.bad-value',
        `${owner} ${name}="${value}" is not valid. Allowed: ${row.kind.allowed}.`,
        place,
      );
    }
    refuse(row, name, value.trim(), owner, place);
    values[name] = parsed;
  }
  return values as Values<T>;
}

function refuse(row: Use, name: string, value: string, owner: string, place: Partial<Place>): void {
  if (row.use !== 'refused' || row.unless.includes(value)) return;
  const accepted = row.unless.length > 0 ? ` or set it to ${row.unless.join(' or ')}` : '';
  throw new UnsupportedError('description.unsupported', `${owner} ${name}="${value}": ${row.because}`, {
    ...place,
    hint: `Leave ${name} out${accepted}.`,
  });
}

function unknownAttribute(table: Table, name: string, owner: string, place: Partial<Place>): InvalidInputError {
  return new InvalidInputError('description.unknown-attribute', `${owner} has no attribute "${name}".`, {
    ...place,
    hint: `Known here: ${Object.keys(table).sort().join(', ')}.`,
  });
}
