// A description in YAML, or in JSON, which is YAML.

import { InvalidInputError } from '../../errors.js';
import {
  isAlias,
  isMap,
  isScalar,
  isSeq,
  type Node,
  type Pair,
  parseBoundedYaml,
  type YamlDocument,
} from '../yaml/parse-bounded.js';
import { elementOf, type MarkupEntry, type MarkupNode } from './markup.js';
import { DEEPEST, type Place, type XmlElement } from './xml.js';

/** Most characters of a description in YAML: fewer than in XML, whose parser is ten times as fast. */
const LARGEST = 1024 * 1024;

/** Values that all aliases may stand for together; a long text counts as several. */
const MOST_ALIASED = 50_000;
/** Characters of a text that count as one value. */
const TEXT_UNIT = 64;

/** Throws {@link InvalidInputError} `description.yaml` with the place of the first error. */
export function parseYaml(text: string, path: string): XmlElement {
  const document = parseBoundedYaml(text, { path, largest: LARGEST, deepest: DEEPEST, fail: yamlError });
  return elementOf(new YamlReader(document).node(document.root), yamlError);
}

/** The node of an anchor. */
interface Anchored {
  /** Undefined as long as it is being read. */
  node?: MarkupNode;
  /** Values in it, aliases included. */
  count: number;
}

/** Reads in the order of the text: an anchor is known from there on, and the last one of a name counts. */
class YamlReader {
  private readonly anchors = new Map<string, Anchored>();
  private count = 0;
  private aliased = 0;

  constructor(private readonly document: YamlDocument) {}

  node(node: Node | null, otherwise?: Place): MarkupNode {
    const place = this.document.placeOf(node, otherwise);
    if (isAlias(node)) return this.standIn(node.source, place);
    const anchored: Anchored = { count: this.count };
    if (node?.anchor) this.anchors.set(node.anchor, anchored);
    const read = this.content(node, place);
    anchored.count = this.count - anchored.count;
    anchored.node = read;
    return read;
  }

  private content(node: Node | null, place: Place): MarkupNode {
    this.count++;
    if (isSeq(node)) return { kind: 'list', items: node.items.map((item) => this.node(item as Node, place)), place };
    if (isMap(node)) return { kind: 'map', entries: this.entries(node.items as Pair<Node, Node | null>[]), place };
    const text = isScalar(node) ? scalarText(node) : '';
    this.count += Math.floor(text.length / TEXT_UNIT);
    return { kind: 'text', text, place };
  }

  /** The node that an alias stands for. It is shared: an alias costs nothing, and reading what it stands for is bounded. */
  private standIn(name: string, place: Place): MarkupNode {
    const anchored = this.anchors.get(name);
    if (!anchored) throw yamlError(`There is no anchor &${name} before this alias.`, place);
    if (!anchored.node) throw yamlError('An alias cannot stand for what it is part of.', place);
    this.count += anchored.count;
    this.aliased += anchored.count;
    if (this.aliased > MOST_ALIASED) throw yamlError(`Aliases stand for more than ${MOST_ALIASED} values.`, place);
    return anchored.node;
  }

  /** Those of a mapping; keys that a merge (`<<`) brings are replaced by its own. */
  private entries(pairs: readonly Pair<Node, Node | null>[]): MarkupEntry[] {
    const own: MarkupEntry[] = [];
    const merged: MarkupEntry[] = [];
    for (const { key, value } of pairs) {
      const place = this.document.placeOf(key);
      const name = this.node(key, place);
      if (name.kind !== 'text') throw yamlError('A key must be the name of an element.', place);
      const read = this.node(value, place);
      if (isScalar(key) && key.value === '<<' && key.type === 'PLAIN') merged.push(...mergedEntries(read));
      else own.push({ key: isScalar(key) ? String(key.value) : name.text, place, value: read });
    }
    if (merged.length === 0) return own;
    return [...new Map([...merged, ...own].map((entry) => [entry.key, entry])).values()];
  }
}

/** The entries of one mapping or of several, of which the first with a key counts. */
function mergedEntries(value: MarkupNode): readonly MarkupEntry[] {
  if (value.kind === 'map') return value.entries;
  const maps = value.kind === 'list' ? value.items : [value];
  return maps.toReversed().flatMap((item) => {
    if (item.kind === 'map') return item.entries;
    throw yamlError('Only mappings can be merged.', item.place);
  });
}

/** Unquoted words that are values in YAML 1.1, which KIWI reads. */
const WORDS: Readonly<Record<string, string>> = {
  ...{ yes: 'true', on: 'true', true: 'true', no: 'false', off: 'false', false: 'false', null: '', '~': '' },
};

/** Whole numbers of YAML 1.1: binary, octal, hexadecimal, decimal, and to the base of 60; underscores may group digits. */
const INTEGER = /^([-+]?)(?:0b([01_]+)|0([0-7_]+)|(0x[0-9a-fA-F_]+)|(0|[1-9][0-9_]*)|([1-9][0-9_]*(?::[0-5]?[0-9])+))$/;
/** Characters of a number; a longer one is a text. */
const LONGEST_INTEGER = 40;

/**
 * A scalar as text. YAML 1.1's words for true, false and null are values, and so are whole numbers; a number with a fraction and
 * a date stay as written, while KIWI turns 1.10 into 1.1.
 */
function scalarText({ value, type }: { readonly value: unknown; readonly type?: string }): string {
  const text = value === null ? '' : String(value);
  if (type !== 'PLAIN') return text;
  const isOneCase = text === text.toLowerCase() || text === text.toUpperCase() || /^[A-Z][a-z]+$/.test(text);
  const word = text.toLowerCase();
  if (isOneCase && Object.hasOwn(WORDS, word)) return WORDS[word]!;
  return integerText(text) ?? text;
}

/** A whole number in decimal digits; undefined for other texts. */
function integerText(text: string): string | undefined {
  const digits = text.length > LONGEST_INTEGER ? null : INTEGER.exec(text.replace(/(?<=\w)_+/g, ''));
  if (!digits) return undefined;
  const [, sign, binary, octal, hexadecimal, decimal, sexagesimal] = digits;
  const places = sexagesimal?.split(':') ?? [];
  const number =
    (binary && BigInt(`0b${binary}`)) ||
    (octal && BigInt(`0o${octal}`)) ||
    BigInt(hexadecimal ?? decimal ?? places.reduce((sum, part) => sum * 60n + BigInt(part), 0n));
  return String(sign === '-' ? -number : number);
}

const FORM = 'Elements are keys, attributes keys such as "@name", and several elements of one name are a list.';

function yamlError(message: string, place: Place): InvalidInputError {
  return new InvalidInputError('description.yaml', message, { ...place, hint: FORM });
}
