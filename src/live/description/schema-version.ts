// Which generation of KIWI a description was written for. Defaults changed between generations, so they follow from it.

import { InvalidInputError, UnsupportedError } from '../../errors.js';
import { requiredAttribute } from './elements.js';
import type { XmlElement } from './xml.js';

export interface SchemaVersion {
  readonly major: number;
  readonly minor: number;
}

/** The generation whose defaults hold: `kiwi-9` for schemas 7.x, `kiwi-10` for 8.x. */
export type Generation = 'kiwi-9' | 'kiwi-10';

const OLDEST: SchemaVersion = { major: 7, minor: 2 };
const NEWEST: SchemaVersion = { major: 8, minor: 5 };

/** Reads `schemaversion`, refusing what is older or newer than this program knows. */
export function readSchemaVersion(image: XmlElement): SchemaVersion {
  const text = requiredAttribute(image, 'schemaversion');
  const { place } = image.attributes.get('schemaversion')!;
  const match = /^(\d{1,3})\.(\d{1,3})$/.exec(text);
  if (!match) {
    const message = `schemaversion="${text}" is not a version. Allowed: two numbers, such as 7.4.`;
    throw new InvalidInputError('description.bad-value', message, place);
  }
  const version = { major: Number(match[1]), minor: Number(match[2]) };
  if (isBefore(version, OLDEST) || isBefore(NEWEST, version)) {
    const message = `Descriptions of schema version ${text} are not supported; ${shown(OLDEST)} to ${shown(NEWEST)} are.`;
    throw new UnsupportedError('description.schema-version', message, place);
  }
  return version;
}

export function generationOf(version: SchemaVersion): Generation {
  return isBefore(version, { major: 8, minor: 0 }) ? 'kiwi-9' : 'kiwi-10';
}

export function isBefore(a: SchemaVersion, b: SchemaVersion): boolean {
  return a.major < b.major || (a.major === b.major && a.minor < b.minor);
}

function shown(version: SchemaVersion): string {
  return `${version.major}.${version.minor}`;
}
