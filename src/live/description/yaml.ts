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

/** Throws {@link InvalidInputError} `description.yaml` with the place of the first error. */
export function parseYaml(text: string, path: string): XmlElement {
  const document = parseBoundedYaml(text, { path, largest: LARGEST, deepest: DEEPEST, fail: yamlError });
  return elementOf(nodeOf(document.root, document), yamlError);
}

function nodeOf(node: Node | null, document: YamlDocument, otherwise?: Place): MarkupNode {
  const place = document.placeOf(node, otherwise);
  if (node === null) return { kind: 'text', text: '', place };
  if (isAlias(node)) throw yamlError('Aliases (*name) are not allowed here.', place);
  if (isSeq(node)) {
    return { kind: 'list', items: node.items.map((item) => nodeOf(item as Node, document, place)), place };
  }
  if (isMap(node)) {
    const entries = (node.items as Pair<Node, Node | null>[]).map((pair) => entryOf(pair, document));
    return { kind: 'map', entries, place };
  }
  return { kind: 'text', text: isScalar(node) ? scalarText(node) : '', place };
}

function entryOf({ key, value }: Pair<Node, Node | null>, document: YamlDocument): MarkupEntry {
  const place = document.placeOf(key);
  if (!isScalar(key)) throw yamlError('A key must be the name of an element.', place);
  return { key: String(key.value), place, value: nodeOf(value, document, place) };
}

/** Unquoted words that are values in YAML 1.1, which KIWI reads. */
const WORDS: Readonly<Record<string, string>> = {
  ...{ yes: 'true', on: 'true', true: 'true', no: 'false', off: 'false', false: 'false', null: '', '~': '' },
};

/**
 * A scalar as text. YAML 1.1's words for true, false and null are values, and so are hexadecimal numbers; a number with a
 * fraction stays as written, while KIWI turns 1.10 into 1.1.
 */
function scalarText({ value, type }: { readonly value: unknown; readonly type?: string }): string {
  const text = value === null ? '' : String(value);
  if (type !== 'PLAIN') return text;
  const isOneCase = text === text.toLowerCase() || text === text.toUpperCase() || /^[A-Z][a-z]+$/.test(text);
  const word = text.toLowerCase();
  if (isOneCase && Object.hasOwn(WORDS, word)) return WORDS[word]!;
  return /^0x[0-9a-fA-F]{1,12}$/.test(text) ? String(Number(text)) : text;
}

const FORM = 'Elements are keys, attributes keys such as "@name", and several elements of one name are a list.';

function yamlError(message: string, place: Place): InvalidInputError {
  return new InvalidInputError('description.yaml', message, { ...place, hint: FORM });
}
