// The schema version of a description, and the generation of KIWI it was written for.

import { InvalidInputError, UnsupportedError } from '../../errors.js';
import { requiredAttribute } from './elements.js';
import { type GenerationRules, generations } from './generations.js';
import type { XmlElement } from './xml.js';

/** A version of the schema of descriptions: its major and minor number. */
export interface SchemaVersion {
  readonly major: number;
  readonly minor: number;
}

/** Reads `schemaversion`, and refuses versions that this program does not know. */
export function readSchemaVersion(image: XmlElement): SchemaVersion {
  const text = requiredAttribute(image, 'schemaversion').trim();
  const { place } = image.attributes.get('schemaversion')!;
  const version = parseVersion(text);
  if (!version) {
    const message = `schemaversion="${text}" is not a version. Allowed: two numbers, such as 7.4.`;
    throw new InvalidInputError('description.bad-value', message, place);
  }
  if (!findGeneration(version)) {
    const last = generations.at(-1)!.schemas[1];
    const message = `Descriptions of schema version ${text} are not supported; ${generations[0]!.schemas[0]} to ${last} are.`;
    throw new UnsupportedError('description.schema-version', message, {
      ...place,
      hint: `Supported versions: ${[...new Set(generations.map(({ schemas }) => schemas.join(' to ')))].join(', ')}.`,
    });
  }
  return version;
}

/** The first generation with a version that {@link readSchemaVersion} has accepted. */
export function generationOf(version: SchemaVersion): GenerationRules {
  return findGeneration(version)!;
}

export function isBefore(a: SchemaVersion, b: SchemaVersion): boolean {
  return a.major < b.major || (a.major === b.major && a.minor < b.minor);
}

/** Two numbers with a point between; undefined for any other text. */
export function parseVersion(text: string): SchemaVersion | undefined {
  const match = /^(\d{1,3})\.(\d{1,3})$/.exec(text);
  return match ? { major: Number(match[1]), minor: Number(match[2]) } : undefined;
}

function findGeneration(version: SchemaVersion): GenerationRules | undefined {
  return generations.find(({ schemas: [first, last] }) => {
    return !isBefore(version, parseVersion(first)!) && !isBefore(parseVersion(last)!, version);
  });
}
