// A description in TOML 1.1, which lets inline tables take several lines: tables are elements, arrays of tables several elements of one name.

import { type AST, ParseError, parseTOML } from 'toml-eslint-parser';
import { InvalidInputError } from '../../errors.js';
import { elementOf, type MarkupNode } from './markup.js';
import { DEEPEST, type Place, type XmlElement } from './xml.js';

/** Most characters of a description in TOML; a description of fifty files has a tenth of that. */
const LARGEST = 512 * 1024;

/** Throws {@link InvalidInputError} `description.toml` with the place of the first error. */
export function parseToml(text: string, path: string): XmlElement {
  const start: Place = { path, line: 1, column: 1 };
  if (text.length > LARGEST) throw tomlError(`The file has more than ${LARGEST} characters.`, start);
  const root = new Draft(start);
  for (const item of parsed(text, path).body[0].body) {
    if (item.type === 'TOMLKeyValue') addTo(root, item, path, 0);
    else {
      const table = tableAt(root, item, path);
      for (const pair of item.body) addTo(table, pair, path, 0);
    }
  }
  return elementOf(root.node(), tomlError);
}

function parsed(text: string, path: string): AST.TOMLProgram {
  try {
    return parseTOML(text, { tomlVersion: '1.1' });
  } catch (error) {
    if (error instanceof ParseError) {
      const place = { path, line: error.lineNumber, column: error.column + 1 };
      throw tomlError(`${error.message.replace(/\.$/, '')}.`, place);
    }
    // The parser recurses into arrays and inline tables, and takes a value as arguments of one call, a character each.
    if (error instanceof RangeError) {
      throw tomlError('A value is too long, or tables are nested too deep.', { path, line: 1, column: 1 });
    }
    throw error;
  }
}

/** A table under construction: its parts may be anywhere in the text. */
class Draft {
  private readonly children = new Map<
    string,
    { readonly place: Place; readonly value: Draft | Draft[] | MarkupNode }
  >();

  constructor(readonly place: Place) {}

  set(key: string, place: Place, value: MarkupNode): void {
    this.children.set(key, { place, value });
  }

  /** The table of a name, made if it is missing. */
  table(key: string, place: Place): Draft {
    const { value } = this.child(key, place, () => new Draft(place));
    if (value instanceof Draft) return value;
    throw tomlError(`"${key}" is a value already, and cannot be a table.`, place);
  }

  /** The table with an index in the array of a name. */
  item(key: string, index: number, place: Place): Draft {
    const { value } = this.child(key, place, () => [] as Draft[]);
    if (!Array.isArray(value)) throw tomlError(`"${key}" is a value already, and cannot be an array.`, place);
    value[index] ??= new Draft(place);
    return value[index];
  }

  node(depth = 0): MarkupNode {
    if (depth > DEEPEST) throw tooDeep(this.place);
    const entries = [...this.children].map(([key, { place, value }]) => {
      if (value instanceof Draft) return { key, place, value: value.node(depth + 1) };
      if (!Array.isArray(value)) return { key, place, value };
      return { key, place, value: { kind: 'list', items: value.map((item) => item.node(depth + 1)), place } as const };
    });
    return { kind: 'map', entries, place: this.place };
  }

  private child(key: string, place: Place, make: () => Draft | Draft[]) {
    const found = this.children.get(key);
    if (found) return found;
    const made = { place, value: make() };
    this.children.set(key, made);
    return made;
  }
}

/** The table that a header names, `[a.b]` or `[[a.b]]`; an index in the path is that of the array before it. */
function tableAt(root: Draft, { resolvedKey, loc }: AST.TOMLTable, path: string): Draft {
  const place = placeOf(loc, path);
  let table = root;
  for (let i = 0; i < resolvedKey.length; i++) {
    const key = String(resolvedKey[i]);
    const index = resolvedKey[i + 1];
    if (typeof index === 'number') {
      table = table.item(key, index, place);
      i++;
    } else table = table.table(key, place);
  }
  return table;
}

function addTo(table: Draft, { key, value, loc }: AST.TOMLKeyValue, path: string, depth: number): void {
  const names = key.keys.map((part) => (part.type === 'TOMLBare' ? part.name : part.value));
  const last = names.pop()!;
  const place = placeOf(loc, path);
  const owner = names.reduce((inner, name) => inner.table(name, place), table);
  owner.set(last, place, nodeOf(value, path, depth));
}

function nodeOf(value: AST.TOMLContentNode, path: string, depth: number): MarkupNode {
  const place = placeOf(value.loc, path);
  if (depth > DEEPEST) throw tooDeep(place);
  if (value.type === 'TOMLValue') return { kind: 'text', text: textOf(value), place };
  if (value.type === 'TOMLArray') {
    return { kind: 'list', items: value.elements.map((item) => nodeOf(item, path, depth + 1)), place };
  }
  const table = new Draft(place);
  for (const pair of value.body) addTo(table, pair, path, depth + 1);
  return table.node();
}

/** Integers in decimal; a number with a fraction stays as written, while KIWI turns 1.10 into 1.1. */
function textOf(value: AST.TOMLValue): string {
  if (value.kind === 'integer') return String(value.bigint);
  if (value.kind === 'float') return value.number;
  return value.kind === 'string' || value.kind === 'boolean' ? String(value.value) : value.datetime;
}

function placeOf(
  { start }: { readonly start: { readonly line: number; readonly column: number } },
  path: string,
): Place {
  return { path, line: start.line, column: start.column + 1 };
}

function tooDeep(place: Place): InvalidInputError {
  return tomlError(`Tables are nested more than ${DEEPEST} deep.`, place);
}

const FORM =
  'Elements are tables, attributes keys such as "@name", and several elements of one name an array of tables.';

function tomlError(message: string, place: Place): InvalidInputError {
  return new InvalidInputError('description.toml', message, { ...place, hint: FORM });
}
