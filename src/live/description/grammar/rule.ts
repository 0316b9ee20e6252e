// The grammar of a description: the type of a rule for one element.

import type { Generation, Span } from '../generations.js';
import { inert, required, type Table } from '../rows.js';
import { anyText, type ValueKind } from '../values.js';

/** One kind of child of an element. */
export interface ChildRule extends Span {
  /** May occur several times. */
  readonly many?: true;
  /** Required. */
  readonly required?: true;
  /** Valid but not built; the text says why. */
  readonly refused?: string;
}

/** One element: its attributes, its children by name, and its text. */
export interface ElementRule {
  readonly attributes: Table;
  readonly children: Readonly<Record<string, ChildRule>>;
  /** Undefined: it has no text. */
  readonly text?: ValueKind<unknown>;
  /** Attributes of elements of this name in other places. */
  readonly foreign?: readonly string[];
  /** Its content is not checked, except for words newer than the generation. */
  readonly opaque?: true;
  /** Words below an opaque element that a generation introduced: an element, or an element and its attribute. */
  readonly later?: Readonly<Record<string, Generation>>;
}

export type Grammar = Readonly<Record<string, ElementRule>>;

export const once: ChildRule = {};
export const many: ChildRule = { many: true };
export const one: ChildRule = { required: true };
export const some: ChildRule = { many: true, required: true };

/** An empty element. */
export function leaf(attributes: Table): ElementRule {
  return { attributes, children: {} };
}

/** An element with children only. */
export function branch(attributes: Table, children: Readonly<Record<string, ChildRule>>): ElementRule {
  return { attributes, children };
}

/** An element that holds a text. */
export function textual(text: ValueKind<unknown> = anyText): ElementRule {
  return { attributes: {}, children: {}, text };
}

/** Attributes with any text that decide nothing here; one with `!` is required. */
export function unused(because: string, ...names: readonly string[]): Table {
  const row = inert(anyText, because);
  return Object.fromEntries(
    names.map((name) => (name.endsWith('!') ? [name.slice(0, -1), required(row)] : [name, row])),
  );
}

/** The same attributes, known from a generation on. */
export function since(generation: Generation, table: Table): Table {
  return Object.fromEntries(Object.entries(table).map(([name, row]) => [name, { ...row, since: generation }]));
}
