// YAML from outside, read at a cost proportional to its size: descriptions, runtime configurations, lists of files.

import { isAlias, isMap, isScalar, isSeq, LineCounter, type Node, type Pair, parseDocument } from 'yaml';
import type { TextPlace } from './place.js';

export { isAlias, isMap, isScalar, isSeq, type Node, type Pair };

export interface YamlRules {
  /** The file, for places. */
  readonly path: string;
  /** Most characters. */
  readonly largest: number;
  /** Largest depth of collections. */
  readonly deepest: number;
  /** Makes the error for a place. */
  fail(message: string, place: TextPlace): Error;
}

export interface YamlDocument {
  /** Null for an empty document. */
  readonly root: Node | null;
  /** The start of a node; `otherwise`, or the start of the text, for one without a place. */
  placeOf(node: unknown, otherwise?: TextPlace): TextPlace;
}

/**
 * Reads one document; every scalar stays text: 1.10 is not a number, and "no" is not false. Throws the result of
 * `fail` for text that is not YAML, duplicate keys in a mapping, and anything larger or deeper than the rules allow.
 */
export function parseBoundedYaml(text: string, { path, largest, deepest, fail }: YamlRules): YamlDocument {
  const start: TextPlace = { path, line: 1, column: 1 };
  if (text.length > largest) throw fail(`The file has more than ${largest} characters.`, start);
  // The parser recurses into collections and would overflow the stack, so this is checked first.
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
  // The parser's checks for unique keys and its pretty errors take quadratic time.
  const rules = { lineCounter: lines, schema: 'failsafe', uniqueKeys: false, prettyErrors: false } as const;
  const { contents, errors } = parseDocument(text, rules);
  const [error] = errors;
  if (error?.code === 'RESOURCE_EXHAUSTION') throw fail(`Collections are nested more than ${deepest} deep.`, start);
  if (error) throw fail(`${error.message.split('\n')[0]!.replace(/\.$/, '')}.`, placeAt(error.pos[0]));
  const twice = repeatedKey(contents);
  if (twice) throw fail('Map keys must be unique: this one occurs twice.', placeOf(twice));
  return { root: contents, placeOf };
}

/** The first scalar key that occurs twice in its mapping. */
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
 * A lower bound of the depth of collections: brackets, and the indicators that begin block collections on one line. Those
 * that begin on separate lines are indented, so their depth is at most the square root of the size.
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
