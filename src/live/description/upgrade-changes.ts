// The kinds of changes in upgrades. A change replaces one element by its new form, and reports
// what the document loses.

import type { Place, XmlAttribute, XmlElement } from './xml.js';

/** A setting of the description that the medium will not have, and its place. */
export interface Remark {
  readonly text: string;
  readonly place: Place;
}

/** The element in its new form; undefined removes it. Its children have been changed already. */
export type Change = (element: XmlElement, tell: (remark: Remark) => void) => XmlElement | undefined;

/** Removes attributes that newer versions do not know. */
export function dropAttributes(element: string, names: readonly string[], why: string): Change {
  return onElement(element, (old, tell) => {
    const dropped = names.flatMap((name) => old.attributes.get(name) ?? []);
    for (const { name, value, place } of dropped) tell({ text: lost(old, `${name}="${value}"`, why), place });
    return dropped.length > 0 ? without(old, names) : old;
  });
}

/** Removes an attribute that has one of the values. */
export function dropValues(element: string, name: string, values: readonly string[], why: string): Change {
  return onElement(element, (old, tell) => {
    const given = old.attributes.get(name);
    if (!given || !values.includes(given.value)) return old;
    tell({ text: lost(old, `${name}="${given.value}"`, why), place: given.place });
    return without(old, [name]);
  });
}

export function dropElements(names: readonly string[], why: string): Change {
  return (old, tell) => {
    if (!names.includes(old.name)) return old;
    tell({ text: `<${old.name}> is left out: ${why}.`, place: old.place });
    return undefined;
  };
}

export function renameElement(from: string, to: string): Change {
  return onElement(from, (old) => ({ ...old, name: to }));
}

export function renameAttribute(element: string, from: string, to: string): Change {
  return onElement(element, (old) => {
    const given = old.attributes.get(from);
    return given ? withAttribute(without(old, [from]), { ...given, name: to }) : old;
  });
}

/** New words for old ones, as values of an attribute. */
export function rewriteAttribute(element: string, name: string, words: Readonly<Record<string, string>>): Change {
  return onElement(element, (old) => {
    const given = old.attributes.get(name);
    const word = given && wordFor(words, given.value);
    return word === undefined ? old : withAttribute(old, { ...given!, value: word });
  });
}

/** New words for old ones, as text of an element. */
export function replaceText(element: string, words: Readonly<Record<string, string>>): Change {
  return onElement(element, (old) => ({ ...old, text: wordFor(words, old.text) ?? old.text }));
}

/** 6.4: the group of <users> became the groups of each <user>. */
export function takeGroups(): Change {
  return onElement('users', (old) => {
    const group = old.attributes.get('group');
    const children = old.children.map((user) =>
      group && user.name === 'user' ? withAttribute(user, { ...group, name: 'groups' }) : user,
    );
    return { ...without(old, ['group', 'id']), children };
  });
}

/** 6.6: the type declares a Xen server, no longer the domain of the machine. */
export function takeXenDomain(): Change {
  return onElement('type', (old) => {
    let result = old;
    const children = old.children.map((child) => {
      const domain = child.name === 'machine' ? child.attributes.get('domain') : undefined;
      if (!domain) return child;
      if (domain.value === 'dom0') result = withAttribute(result, { ...domain, name: 'xen_server', value: 'true' });
      return without(child, ['domain']);
    });
    return { ...result, children };
  });
}

const loaderAttributes = {
  bootloader: 'name',
  bootloader_console: 'console',
  boottimeout: 'timeout',
  zipl_targettype: 'targettype',
} as const;

/** 7.2: the settings of the boot loader became an element; without the name of a loader they are lost. */
export function moveLoaderAttributes(): Change {
  return onElement('type', (old, tell) => {
    const names = Object.keys(loaderAttributes);
    const given = names.flatMap((name) => old.attributes.get(name) ?? []);
    const rest = without(old, names);
    const loader = old.attributes.get('bootloader');
    if (loader?.value) {
      const attributes = given
        .filter(({ value }) => value !== '')
        .map((a) => ({ ...a, name: loaderAttributes[a.name as keyof typeof loaderAttributes] }));
      const element = { ...emptyElement('bootloader', loader.place), attributes: byName(attributes) };
      return { ...rest, children: [element, ...old.children] };
    }
    for (const { name, value, place } of given) {
      const why = 'the upgrade to schema 7.2 keeps it only together with bootloader="…"';
      tell({ text: lost(old, `${name}="${value}"`, why), place });
    }
    return given.length > 0 ? rest : old;
  });
}

/** 8.4: the list of terminals became one for output and one for input; its first word showed the menu, the second operated it. */
export function splitConsole(): Change {
  return onElement('bootloader', (old) => {
    const given = old.attributes.get('console');
    if (!given) return old;
    const [output = '', input] = given.value.trim().split(/\s+/);
    const shown = withAttribute(without(old, ['console']), { ...given, name: 'output_console', value: output });
    return input === undefined ? shown : withAttribute(shown, { ...given, name: 'input_console', value: input });
  });
}

function onElement(name: string, change: Change): Change {
  return (element, tell) => (element.name === name ? change(element, tell) : element);
}

function lost(element: XmlElement, what: string, why: string): string {
  return `<${element.name}> ${what} is left out: ${why}.`;
}

function wordFor(words: Readonly<Record<string, string>>, text: string): string | undefined {
  return Object.hasOwn(words, text.trim()) ? words[text.trim()] : undefined;
}

function emptyElement(name: string, place: Place): XmlElement {
  return { name, attributes: new Map(), children: [], text: '', place };
}

function byName(attributes: readonly XmlAttribute[]): ReadonlyMap<string, XmlAttribute> {
  return new Map(attributes.map((attribute) => [attribute.name, attribute]));
}

function without(element: XmlElement, names: readonly string[]): XmlElement {
  return {
    ...element,
    attributes: byName([...element.attributes.values()].filter(({ name }) => !names.includes(name))),
  };
}

function withAttribute(element: XmlElement, attribute: XmlAttribute): XmlElement {
  return { ...element, attributes: new Map(element.attributes).set(attribute.name, attribute) };
}
