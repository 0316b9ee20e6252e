// One runtime configuration file: YAML, a mapping of sections, each a list of mappings with one key; from KIWI 11 on a mapping.

import { type ErrorPlace, InvalidInputError } from '../../errors.js';
import { isMap, isScalar, isSeq, type Node, parseBoundedYaml } from '../yaml/parse-bounded.js';

/** A value and its place in the file. */
export interface ConfiguredValue {
  readonly value: string | readonly string[];
  readonly place: ErrorPlace;
}

/** Settings of a section by name; a later one of the same name counts. */
export type Section = ReadonlyMap<string, ConfiguredValue>;
/** Sections by name. */
export type Sections = ReadonlyMap<string, Section>;

/** Sections of one file, and the names of those that add to the same section of earlier files instead of replacing it. */
export interface FileSections {
  readonly sections: Sections;
  readonly adding: ReadonlySet<string>;
}

/** Characters. */
const LARGEST = 1024 * 1024;
const DEEPEST = 64;

/** Throws {@link InvalidInputError} `configuration.format` with the place of the first error. */
export function readSections(text: string, path: string): FileSections {
  const rules = { path, largest: LARGEST, deepest: DEEPEST, fail: badFormat };
  const { root, placeOf } = parseBoundedYaml(text, rules);
  const adding = new Set<string>();
  const sections = new Map<string, Section>();
  if (root === null || (isScalar(root) && root.value === '')) return { sections, adding };
  if (!isMap(root)) throw badFormat('A configuration is a mapping of sections.', placeOf(root));
  for (const { key, value } of root.items) {
    const name = nameOf(key, placeOf);
    if (isMap(value)) adding.add(name);
    sections.set(name, readSection(name, value as Node | null, placeOf));
  }
  return { sections, adding };
}

type PlaceOf = (node: unknown) => ErrorPlace;

function readSection(name: string, section: Node | null, placeOf: PlaceOf): Section {
  const settings = new Map<string, ConfiguredValue>();
  const items = isSeq(section) ? section.items : [section];
  if (!isSeq(section) && !isMap(section)) {
    throw badFormat(`The section ${name} is a mapping, or a list of mappings with one key.`, placeOf(section));
  }
  for (const item of items) {
    if (!isMap(item)) throw badFormat(`An item of the section ${name} is a mapping with one key.`, placeOf(item));
    for (const { key, value } of item.items) {
      const setting = nameOf(key, placeOf);
      settings.set(setting, {
        value: textsOf(`${name}: ${setting}`, value as Node | null, placeOf),
        place: placeOf(value ?? key),
      });
    }
  }
  return settings;
}

function nameOf(key: unknown, placeOf: PlaceOf): string {
  if (isScalar(key)) return String(key.value);
  throw badFormat('A key must be a name.', placeOf(key));
}

/** A text, or a list of texts. A mapping below belongs to settings that are not read here, and counts as empty. */
function textsOf(name: string, node: Node | null, placeOf: PlaceOf): string | readonly string[] {
  if (node === null) return '';
  if (isScalar(node)) return String(node.value);
  if (!isSeq(node)) return '';
  return node.items.map((item) => {
    if (isScalar(item)) return String(item.value);
    if (isMap(item)) return '';
    throw badFormat(`${name} is a text or a list of texts.`, placeOf(item));
  });
}

/** KIWI's KiwiRuntimeConfigFormatError. */
export function badFormat(message: string, place: ErrorPlace): InvalidInputError {
  return new InvalidInputError('configuration.format', message, {
    ...place,
    hint: 'As in: "build_constraints:", and below it "- max_size: 700m".',
  });
}
