// From a directory to the typed description of one live ISO.

import { dirname, extname, join } from 'node:path';
import { InvalidInputError, SourceError } from '../../errors.js';
import { pathComponent } from '../files/path-component.js';
import { findDescription } from './find.js';
import type { Generation } from './generations.js';
import { type Included, include } from './include.js';
import type { LiveDescription } from './model.js';
import { checkImage, type DescriptionRequest, readImage } from './read-description.js';
import { DescriptionFiles } from './read-file.js';
import { type Place, parseXml, type XmlElement } from './xml.js';

/**
 * Reads the description in a directory, or the file `file` in it, with its includes. Errors have file, line and
 * column.
 */
export async function loadDescription(
  directory: string,
  request: DescriptionRequest,
  file?: string,
): Promise<LiveDescription> {
  const { document, remarks, files } = await loadDocument(directory, file);
  return { ...readImage(document, request, remarks), includedFiles: files };
}

/** Throws the errors that {@link loadDescription} would throw for every choice of profiles and machine. */
export async function checkDescription(directory: string, generation?: Generation, file?: string): Promise<void> {
  const { document } = await loadDocument(directory, file);
  checkImage(document, generation);
}

/** The same from the text of an XML file, which includes no others; `path` is for messages. */
export function readDescription(text: string, path: string, request: DescriptionRequest): LiveDescription {
  return readImage(parseXml(text, path), request);
}

async function loadDocument(directory: string, file: string | undefined): Promise<Included> {
  const path =
    file === undefined
      ? await findDescription(directory)
      : join(directory, pathComponent(file, { what: 'The name of the description' }));
  const files = new DescriptionFiles();
  const document = await parse(await files.text(path), path);
  return include(document, dirname(path), async (included, place) => {
    return parseXml(await includedText(files, included, place), included);
  });
}

/** A parser of another language than XML is loaded only for a description in it. */
async function parse(text: string, path: string): Promise<XmlElement> {
  if (extname(path) === '.xml' || text.trimStart().startsWith('<')) return parseXml(text, path);
  if (extname(path) === '.toml' || TOML_START.test(text)) return (await import('./toml.js')).parseToml(text, path);
  return (await import('./yaml.js')).parseYaml(text, path);
}

/** Comments, and then the header of a table or a key with "=": how a description in TOML starts, and one in YAML never does. */
const TOML_START = /^(?:[ \t]*(?:#[^\r\n]*)?\r?\n)*[ \t]*(?:\[|(?:[\w-]+|"[^"\n]*")(?:\.[\w-]+|\."[^"\n]*")*[ \t]*=)/;

async function includedText(files: DescriptionFiles, path: string, place: Place): Promise<string> {
  try {
    return await files.text(path);
  } catch (error) {
    if (!(error instanceof SourceError) && !(error instanceof InvalidInputError)) throw error;
    if (error.code === 'description.encoding') throw error;
    throw new InvalidInputError('description.include', `The included file cannot be read: ${error.message}`, {
      ...place,
      cause: error,
      hint: 'A path after this:// starts at the directory of the description.',
    });
  }
}
