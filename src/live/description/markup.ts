// Descriptions in YAML, JSON and TOML, which have keys and values: a key is the name of an element, `@name` an attribute,
// `#text` the text of an element with attributes, a list several elements of one name. The result is the same tree as from XML.

import type { InvalidInputError } from '../../errors.js';
import { DEEPEST, MOST, type Place, type XmlAttribute, type XmlElement } from './xml.js';

/** A value and its place. */
export type MarkupNode = MarkupText | MarkupList | MarkupMap;

export interface MarkupText {
  readonly kind: 'text';
  readonly text: string;
  readonly place: Place;
}

export interface MarkupList {
  readonly kind: 'list';
  readonly items: readonly MarkupNode[];
  readonly place: Place;
}

export interface MarkupMap {
  readonly kind: 'map';
  readonly entries: readonly MarkupEntry[];
  readonly place: Place;
}

export interface MarkupEntry {
  readonly key: string;
  /** Place of the key. */
  readonly place: Place;
  readonly value: MarkupNode;
}

/** Makes the error of a language for a place. */
export type MarkupError = (message: string, place: Place) => InvalidInputError;

/** The document element. Throws the result of `fail` for the first error. */
export function elementOf(root: MarkupNode, fail: MarkupError): XmlElement {
  if (root.kind !== 'map' || root.entries.length !== 1) {
    throw fail('A description is one mapping with the key "image".', root.place);
  }
  const [element, second] = new MarkupReader(fail).elements(root.entries[0]!, 0);
  if (!element || second) throw fail('A description has one element "image".', root.place);
  return element;
}

class MarkupReader {
  private count = 0;

  constructor(private readonly fail: MarkupError) {}

  /** The elements of one entry: several if its value is a list. */
  elements({ key, place, value }: MarkupEntry, depth: number): XmlElement[] {
    if (value.kind !== 'list') return [this.element(key, value, place, depth)];
    return value.items.map((item) => this.element(key, item, item.place, depth));
  }

  private element(name: string, value: MarkupNode, place: Place, depth: number): XmlElement {
    if (depth >= DEEPEST) throw this.fail(`Elements are nested more than ${DEEPEST} deep.`, place);
    if (++this.count > MOST) throw this.fail(`There are more than ${MOST} elements.`, place);
    const attributes = new Map<string, XmlAttribute>();
    if (value.kind !== 'map') return { name, attributes, children: [], text: this.text(value), place };
    const children: XmlElement[] = [];
    let text = '';
    for (const entry of value.entries) {
      if (entry.key === '#text') text = this.text(entry.value);
      else if (entry.key.startsWith('@')) {
        const attribute = entry.key.slice(1);
        attributes.set(attribute, { name: attribute, value: this.text(entry.value), place: entry.value.place });
      } else children.push(...this.elements(entry, depth + 1));
    }
    return { name, attributes, children, text, place };
  }

  private text(value: MarkupNode): string {
    if (value.kind !== 'text') throw this.fail('A single value is expected here.', value.place);
    return value.text.trim();
  }
}
