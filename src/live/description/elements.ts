// Which elements may stand where, and what becomes of each. An element that is not in the table is an error: a typing
// mistake must not silently change a medium.

import { InvalidInputError, UnsupportedError } from '../../errors.js';
import type { XmlElement } from './xml.js';

/** `read`: decides something. `inert`: valid, no effect on a live ISO from a prepared root. `refused`: not built. */
type ElementUse = 'read' | 'inert' | 'refused';

const PREPARED = 'inert';

const imageChildren: Readonly<Record<string, ElementUse>> = {
  description: 'inert',
  profiles: 'read',
  preferences: 'read',
  include: 'refused',
  // What the following ask for has been done when the root tree was prepared.
  repository: PREPARED,
  packages: PREPARED,
  users: PREPARED,
  drivers: PREPARED,
  strip: PREPARED,
  extension: PREPARED,
  containers: PREPARED,
  registry: PREPARED,
  instrepo: PREPARED,
};

const preferencesChildren: Readonly<Record<string, ElementUse>> = {
  version: 'read',
  packagemanager: 'read',
  'bootloader-theme': 'read',
  'bootsplash-theme': 'read',
  locale: 'read',
  keytable: 'read',
  timezone: 'read',
  type: 'read',
  showlicense: PREPARED,
  'rpm-check-signatures': PREPARED,
  'rpm-excludedocs': PREPARED,
  'rpm-locale-filtering': PREPARED,
  'release-version': PREPARED,
};

const typeChildren: Readonly<Record<string, ElementUse>> = {
  size: 'read',
  bootloader: 'read',
  machine: 'read',
  // KIWI's live builder does not look at these.
  initrd: 'inert',
  oemconfig: 'inert',
  systemdisk: 'inert',
  partitions: 'inert',
  volumes: 'inert',
  vagrantconfig: 'inert',
  containerconfig: 'inert',
  luksformat: 'inert',
  installmedia: 'inert',
};

const tables: Readonly<Record<string, Readonly<Record<string, ElementUse>>>> = {
  image: imageChildren,
  preferences: preferencesChildren,
  type: typeChildren,
};

/** Throws for a child that `parent` cannot have, or that this program does not build. */
export function checkChildren(parent: XmlElement): void {
  const table = tables[parent.name] ?? {};
  for (const child of parent.children) {
    const use = Object.hasOwn(table, child.name) ? table[child.name] : undefined;
    if (!use) {
      const message = `<${parent.name}> cannot contain <${child.name}>.`;
      const hint = `Known here: ${Object.keys(table).sort().join(', ')}.`;
      throw new InvalidInputError('description.unknown-element', message, { ...child.place, hint });
    }
    if (use === 'refused') {
      throw new UnsupportedError('description.unsupported', `<${child.name}> is not supported.`, {
        ...child.place,
        hint: 'Put its content into the description itself.',
      });
    }
  }
}

/** The children of that name, in document order. */
export function childrenNamed(parent: XmlElement, name: string): XmlElement[] {
  return parent.children.filter((child) => child.name === name);
}

/** The only child of that name; several are an error. */
export function onlyChild(parent: XmlElement, name: string): XmlElement | undefined {
  const [first, second] = childrenNamed(parent, name);
  if (second) {
    const message = `<${parent.name}> contains <${name}> more than once.`;
    throw new InvalidInputError('description.element-twice', message, second.place);
  }
  return first;
}

/** The value of an attribute that must be there. */
export function requiredAttribute(element: XmlElement, name: string): string {
  const given = element.attributes.get(name);
  if (given) return given.value;
  const message = `<${element.name}> lacks the attribute "${name}".`;
  throw new InvalidInputError('description.missing-attribute', message, element.place);
}

/** A comma- or blank-separated list of names. */
export function nameList(text: string | undefined): string[] {
  return (text ?? '').split(/[\s,]+/).filter((name) => name !== '');
}
