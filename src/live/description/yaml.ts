// A description in YAML: a mapping whose key is the element's name; `@name` is an attribute, `#text` the text beside
// attributes, a list several elements of one name. The result is the same tree that XML gives.

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
import { DEEPEST, MOST, type Place, type XmlAttribute, type XmlElement } from './xml.js';

/** Characters of a description in YAML: less than in XML, whose parser is ten times as fast. */
const LARGEST = 1024 * 1024;

/** Throws {@link InvalidInputError} `description.yaml` with the place of the first fault. */
export function parseYaml(text: string, path: string): XmlElement {
  return new Reader(parseBoundedYaml(text, { path, largest: LARGEST, deepest: DEEPEST, fail: yamlError })).image();
}

class Reader {
  private count = 0;

  constructor(private readonly document: YamlDocument) {}

  image(): XmlElement {
    const { root } = this.document;
    if (!isMap(root) || root.items.length !== 1) {
      throw yamlError('A description is one mapping with the key "image".', this.placeOf(root));
    }
    const [element] = this.elements(root.items[0] as Pair<Node, Node>, 0);
    return element!;
  }

  /** The elements of one pair: several if its value is a list. */
  private elements({ key, value }: Pair<Node, Node | null>, depth: number): XmlElement[] {
    const place = this.placeOf(key);
    if (!isScalar(key)) throw yamlError('A key must be the name of an element.', place);
    const name = String(key.value);
    if (!isSeq(value)) return [this.element(name, value, place, depth)];
    return value.items.map((item) => this.element(name, item as Node, this.placeOf(item as Node, place), depth));
  }

  private element(name: string, value: Node | null, place: Place, depth: number): XmlElement {
    if (depth >= DEEPEST) throw yamlError(`Elements are nested more than ${DEEPEST} deep.`, place);
    if (++this.count > MOST) throw yamlError(`There are more than ${MOST} elements.`, place);
    const attributes = new Map<string, XmlAttribute>();
    if (!isMap(value)) return { name, attributes, children: [], text: this.scalar(value, place), place };
    const children: XmlElement[] = [];
    let text = '';
    for (const pair of value.items as Pair<Node, Node | null>[]) {
      const key = isScalar(pair.key) ? String(pair.key.value) : '';
      if (key === '#text') text = this.scalar(pair.value, place);
      else if (key.startsWith('@')) {
        const own = this.placeOf(pair.value, this.placeOf(pair.key));
        attributes.set(key.slice(1), { name: key.slice(1), value: this.scalar(pair.value, own), place: own });
      } else children.push(...this.elements(pair, depth + 1));
    }
    return { name, attributes, children, text, place };
  }

  private scalar(value: Node | null, place: Place): string {
    if (value === null) return '';
    if (isAlias(value)) throw yamlError('Aliases (*name) are not allowed here.', this.placeOf(value, place));
    if (!isScalar(value)) throw yamlError('A single value is expected here.', this.placeOf(value, place));
    return value.value === null ? '' : String(value.value).trim();
  }

  private placeOf(node: Node | null, otherwise?: Place): Place {
    return this.document.placeOf(node, otherwise);
  }
}

const FORM = 'Elements are keys, attributes keys such as "@name", and several elements of one name are a list.';

function yamlError(message: string, place: Place): InvalidInputError {
  return new InvalidInputError('description.yaml', message, { ...place, hint: FORM });
}
