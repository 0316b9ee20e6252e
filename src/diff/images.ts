// Compares facts about images other than their files: labels, sizes and identifiers of file systems, partitions, boot entries, tags.

import type { ImageFacts } from '../image/index.js';

/** A fact about the images that differs. */
export interface FactDifference {
  /** `size`, `iso9660 label`, `gpt 2 at`, `boot 1 block`, `tag sha256` … */
  readonly what: string;
  /** The values as text; absent where an image has none. */
  readonly a?: string;
  readonly b?: string;
}

/** The facts that differ, in the order of the first image and then of the second one. */
export function compareFacts(a: ImageFacts, b: ImageFacts): FactDifference[] {
  const [first, second] = [flat(a, b), flat(b, a)];
  const names = new Set([...first.keys(), ...second.keys()]);
  return [...names].flatMap((what) => {
    const [left, right] = [first.get(what), second.get(what)];
    if (left === right) return [];
    return [{ what, ...(left === undefined ? {} : { a: left }), ...(right === undefined ? {} : { b: right }) }];
  });
}

/** Every fact under one name; of a file system that the other image does not have only its kind, as all the rest would differ. */
function flat(image: ImageFacts, other: ImageFacts): Map<string, string> {
  const { size, fileSystems, partitions, bootEntries, tags, notRead } = image;
  const facts = new Map<string, string>([['size', String(size)]]);
  const add = (name: string, values: object) => {
    for (const [key, value] of Object.entries(values)) {
      if (value !== undefined && typeof value !== 'object') facts.set(`${name} ${key}`, String(value));
    }
  };
  for (const { where, details, extensions, ...rest } of fileSystems) {
    const name = where === 'whole image' ? rest.kind : `${where} ${rest.kind}`;
    const isShared = other.fileSystems.some((one) => one.where === where && one.kind === rest.kind);
    const all = { ...rest, ...details, ...(extensions ? { extensions: extensions.join(', ') } : {}) };
    add(name, isShared ? all : { kind: rest.kind });
  }
  for (const { table, number, ...rest } of partitions) add(`${table} ${number}`, rest);
  for (const [index, entry] of bootEntries.entries()) add(`boot ${index + 1}`, entry);
  for (const { key, value } of tags) facts.set(`tag ${key}`, value ?? '');
  for (const { kind, where } of notRead) facts.set(`${where} other`, kind);
  return facts;
}
