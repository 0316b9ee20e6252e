// Lookups in elements.

import { InvalidInputError } from '../../errors.js';
import type { XmlElement } from './xml.js';

/** The children of a name, in document order. */
export function childrenNamed(parent: XmlElement, name: string): XmlElement[] {
  return parent.children.filter((child) => child.name === name);
}

/** The first child of a name. */
export function childNamed(parent: XmlElement, name: string): XmlElement | undefined {
  return parent.children.find((child) => child.name === name);
}

/** The value of an attribute, unchanged. */
export function attributeOf(element: XmlElement, name: string): string | undefined {
  return element.attributes.get(name)?.value;
}

/** The value of a required attribute. */
export function requiredAttribute(element: XmlElement, name: string): string {
  const given = element.attributes.get(name);
  if (given) return given.value;
  const message = `<${element.name}> lacks the attribute "${name}".`;
  throw new InvalidInputError('description.missing-attribute', message, {
    ...element.place,
    hint: `Write <${element.name} ${name}="…">.`,
  });
}
