// From a directory to the typed description of one live ISO.

import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { fromText } from '../../bytes/index.js';
import { InvalidInputError, UnsupportedError } from '../../errors.js';
import { sourceError } from '../../io/index.js';
import { pathComponent } from '../files/path-component.js';
import { decodeText } from './encoding.js';
import { findDescription } from './find.js';
import type { Generation } from './generations.js';
import type { LiveDescription } from './model.js';
import { checkImage, type DescriptionRequest, readImage } from './read-description.js';
import { LARGEST, parseXml, type XmlElement } from './xml.js';

/**
 * Reads the description in a directory, or the one named `file` in it. Errors carry file, line and column.
 */
export async function loadDescription(
  directory: string,
  request: DescriptionRequest,
  file?: string,
): Promise<LiveDescription> {
  return readImage(await loadDocument(directory, file), request);
}

/** Throws what {@link loadDescription} would throw for every choice of profiles and machine. */
export async function checkDescription(directory: string, generation?: Generation, file?: string): Promise<void> {
  checkImage(await loadDocument(directory, file), generation);
}

async function loadDocument(directory: string, file: string | undefined): Promise<XmlElement> {
  const path =
    file === undefined
      ? await findDescription(directory)
      : join(directory, pathComponent(file, { what: 'The name of the description' }));
  if (path.endsWith('.toml')) throw tomlRefused(path);
  const bytes = await readBounded(path).catch((error) => {
    if (error instanceof InvalidInputError) throw error;
    throw sourceError(fromText(path), error);
  });
  const text = decodeText(bytes, path);
  if (path.endsWith('.xml') || text.trimStart().startsWith('<')) return parseXml(text, path);
  // Only who has a description in YAML pays for the parser.
  const { parseYaml } = await import('./yaml.js');
  return parseYaml(text, path);
}

/** The same from the text of an XML file; `path` is for messages. */
export function readDescription(text: string, path: string, request: DescriptionRequest): LiveDescription {
  return readImage(parseXml(text, path), request);
}

function tomlRefused(path: string): UnsupportedError {
  return new UnsupportedError('description.toml', 'Descriptions in TOML are not read.', {
    path,
    hint: 'Write it in XML or YAML; both say the same: a table is an element, "@name" an attribute.',
  });
}

async function readBounded(path: string): Promise<Uint8Array> {
  const { size } = await stat(path);
  if (size > LARGEST) {
    const message = `The file has ${size} bytes; no description has more than ${LARGEST}.`;
    throw new InvalidInputError('description.size', message, { path, hint: 'Is this an image description?' });
  }
  return readFile(path);
}
