// YAML from outside, read at a cost in proportion to its size: descriptions, runtime configurations, lists of files.

import { isAlias, isMap, isScalar, isSeq, LineCounter, type Node, type Pair, parseDocument } from 'yaml';
import type { ErrorPlace } from '../../errors.js';

export { isAlias, isMap, isScalar, isSeq, type Node, type Pair };

/** Lines and columns from 1. */
export type TextPlace = ErrorPlace & { readonly path: string; readonly line: number; readonly column: number };

export interface YamlRules {
  /** For places. */
  readonly path: string;
  /** Characters. */
  readonly largest: number;
  /** Collections inside each other. */
  readonly deepest: number;
  /** The error for a fault at a place. */
  fail(message: string, place: TextPlace): Error;
}

export interface YamlDocument {
  /** Null for an empty document. */
  readonly root: Node | null;
  /** Where a node starts; `otherwise`, or the start of the text, for one that has no place. */
  placeOf(node: unknown, otherwise?: TextPlace): TextPlace;
}

/**
 * Reads one document; every scalar stays the text that was written: 1.10 is not a number, and "no" is not false. Throws what
 * `fail` gives for text that is not YAML, keys that stand twice in a mapping, and what is larger or deeper than the rules allow.
 */
export function parseBoundedYaml(text: string, { path, largest, deepest, fail }: YamlRules): YamlDocument {
  const start: TextPlace = { path, line: 1, column: 1 };
  if (text.length > largest) throw fail(`The file has more than ${largest} characters.`, start);
  // The parser goes down with collections and forgets what it has read when the stack ends, so this is asked first.
  if (deepestCollection(text) > deepest) throw fail(`Collections are nested more than ${deepest} deep.`, start);
  const lines = new LineCounter();
  const placeAt = (offset: number): TextPlace => {
    const { line, col } = lines.linePos(offset);
    return { path, line: Math.max(1, line), column: Math.max(1, col) };
  };
  const placeOf = (node: unknown, otherwise = start): TextPlace => {
    const range = (node as Node | null | undefined)?.range;
    return range ? placeAt(range[0]) : otherwise;
  };
  // Unique keys and pretty errors would each look at everything before, for every key and every error.
  const rules = { lineCounter: lines, schema: 'failsafe', uniqueKeys: false, prettyErrors: false } as const;
  const { contents, errors } = parseDocument(text, rules);
  const [error] = errors;
  if (error) throw fail(`${error.message.split('\n')[0]!.replace(/\.$/, '')}.`, placeAt(error.pos[0]));
  const twice = repeatedKey(contents);
  if (twice) throw fail('Map keys must be unique: this one is there twice.', placeOf(twice));
  return { root: contents, placeOf };
}

/** The first scalar key that its mapping has had before. */
function repeatedKey(root: Node | null): Node | undefined {
  const open: (Node | null)[] = [root];
  let first: Node | undefined;
  const isEarlier = (node: Node) => first === undefined || (node.range?.[0] ?? 0) < (first.range?.[0] ?? 0);
  while (open.length > 0) {
    const node = open.pop()!;
    if (isSeq(node)) for (const item of node.items) open.push(item as Node | null);
    if (!isMap(node)) continue;
    const seen = new Set<string>();
    for (const { key, value } of node.items as Pair<Node | null, Node | null>[]) {
      if (isScalar(key)) {
        const name = String(key.value);
        if (seen.has(name) && isEarlier(key)) first = key;
        seen.add(name);
      } else open.push(key);
      open.push(value);
    }
  }
  return first;
}

/**
 * At least how deep collections are nested: brackets, and the indicators that begin block collections on one line. Those
 * that begin on lines of their own are indented, and so as deep as the square root of the size at most.
 */
function deepestCollection(text: string): number {
  let brackets = 0;
  let deepest = 0;
  let indicators = 0;
  let atStart = true;
  for (let i = 0; i < text.length; i++) {
    const character = text[i]!;
    if (character === '\n' || character === '\r') {
      [atStart, indicators] = [true, 0];
    } else if (character === '[' || character === '{') {
      deepest = Math.max(deepest, ++brackets);
      atStart = false;
    } else if (character === ']' || character === '}') {
      brackets = Math.max(0, brackets - 1);
    } else if (
      atStart &&
      (character === '-' || character === '?' || character === ':') &&
      /\s/.test(text[i + 1] ?? ' ')
    ) {
      deepest = Math.max(deepest, ++indicators);
    } else if (character !== ' ' && character !== '\t') {
      atStart = false;
    }
  }
  return deepest;
}
