// The generation whose rules a document is read by: that of its schema version, or the first later one that knows all of its
// words. KIWI reads older documents with its newest schema, so many use words that are newer than their version.

import { InvalidInputError, type IsopressError, UnsupportedError } from '../../errors.js';
import { checkElement } from './check.js';
import { attributeOf } from './elements.js';
import { type Generation, type GenerationRules, generationsFrom, isOlder, rulesOf } from './generations.js';
import { generationOf, parseVersion, readSchemaVersion, type SchemaVersion } from './schema-version.js';
import { upgrade } from './upgrade.js';
import type { Remark } from './upgrade-changes.js';
import type { XmlElement } from './xml.js';

/** A document that is valid by the grammar of a generation, and upgraded to it. */
export interface CheckedImage {
  readonly image: XmlElement;
  readonly rules: GenerationRules;
  /** The first word that the generation before does not know; undefined: it is the generation of the schema version. */
  readonly because: Remark | undefined;
  readonly schemaVersion: SchemaVersion;
  readonly remarks: readonly Remark[];
}

/** Reads the document as the requested generation. Throws {@link InvalidInputError} for the first error. */
export function checkAs(document: XmlElement, asked: Generation): CheckedImage {
  const schemaVersion = readSchemaVersion(document);
  const own = generationOf(schemaVersion);
  if (isOlder(asked, own.name)) {
    const message = `A description of schema version ${attributeOf(document, 'schemaversion')} cannot be read as ${asked}.`;
    throw new InvalidInputError('description.generation', message, {
      ...document.attributes.get('schemaversion')!.place,
      hint: `Leave the generation out, or name ${own.name} or a newer one: descriptions are upgraded, never turned back.`,
    });
  }
  const attempt = checkBy(document, schemaVersion, rulesOf(asked));
  if (attempt.fault) throw attempt.fault;
  return { ...attempt, schemaVersion, because: undefined };
}

/**
 * Reads the document as the first generation that accepts it. If none does, throws the first error that the newest finds,
 * in the words of the document's own generation if it finds the same one.
 */
export function checkAsFirst(document: XmlElement): CheckedImage {
  const schemaVersion = readSchemaVersion(document);
  const faults: { readonly fault: IsopressError; readonly by: Generation }[] = [];
  for (const rules of generationsFrom(generationOf(schemaVersion))) {
    const attempt = checkBy(document, schemaVersion, rules);
    // A valid setting that is not built is so in every generation.
    if (attempt.fault instanceof UnsupportedError) throw attempt.fault;
    if (!attempt.fault) return { ...attempt, schemaVersion, because: reasonOf(faults.at(-1)) };
    faults.push({ fault: attempt.fault, by: rules.name });
  }
  const [first, last] = [faults[0]!.fault, faults.at(-1)!.fault];
  throw isAtSamePlace(first, last) ? first : last;
}

interface Attempt extends Pick<CheckedImage, 'image' | 'rules' | 'remarks'> {
  readonly fault?: IsopressError;
}

function checkBy(document: XmlElement, version: SchemaVersion, rules: GenerationRules): Attempt {
  const { image, remarks } = upgrade(document, version, parseVersion(rules.schemas[1])!);
  try {
    checkElement(image, rules);
    return { image, rules, remarks };
  } catch (error) {
    if (!(error instanceof InvalidInputError) && !(error instanceof UnsupportedError)) throw error;
    return { image, rules, remarks, fault: error };
  }
}

function reasonOf(last: { readonly fault: IsopressError; readonly by: Generation } | undefined): Remark | undefined {
  if (last === undefined) return undefined;
  const { path = '', line = 1, column = 1 } = last.fault.place;
  return { text: `${last.by} does not read it: ${last.fault.message}`, place: { path, line, column } };
}

function isAtSamePlace({ place: a }: IsopressError, { place: b }: IsopressError): boolean {
  return a.path === b.path && a.line === b.line && a.column === b.column;
}
