// <include from="this://FILE"/>: the content of another file in its place, before a description is upgraded and checked.
// Elements keep the places of the file that they come from.

import { isAbsolute, join, normalize } from 'node:path';
import { defined } from '../../bytes/index.js';
import { InvalidInputError } from '../../errors.js';
import type { Remark } from './upgrade-changes.js';
import { MOST, type Place, type XmlElement } from './xml.js';

/** Largest depth of includes. */
const DEEPEST = 16;
/** Most includes in total, repetitions counted. */
const MOST_FILES = 1000;

/** A document with its includes. */
export interface Included {
  readonly document: XmlElement;
  readonly remarks: readonly Remark[];
  /** Paths of the included files, in the order in which they were read. */
  readonly files: readonly string[];
}

/** Reads the document element of an XML file; `place` is that of the reference to it. */
export type ReadElement = (path: string, place: Place) => Promise<XmlElement>;

/**
 * Replaces the references by the included content. Paths are relative to `directory`, that of the description, also in files
 * that are included themselves. Throws {@link InvalidInputError} `description.include` with the place of the
 * reference for includes that form a circle, for too many of them, and for network addresses.
 */
export async function include(document: XmlElement, directory: string, read: ReadElement): Promise<Included> {
  const includer = new Includer(directory, read);
  const children = await includer.childrenOf(document, [normalize(document.place.path)]);
  return { document: { ...document, children }, remarks: includer.remarks, files: includer.paths };
}

class Includer {
  readonly remarks: Remark[] = [];
  private readonly known = new Map<string, XmlElement>();
  private files = 0;
  private elements = 0;

  constructor(
    private readonly directory: string,
    private readonly read: ReadElement,
  ) {}

  /** `open` are the files that are being read, the outermost first. */
  async childrenOf(image: XmlElement, open: readonly string[]): Promise<readonly XmlElement[]> {
    if (!image.children.some(({ name }) => name === 'include')) return image.children;
    const children: XmlElement[] = [];
    for (const child of image.children) {
      if (child.name !== 'include') children.push(child);
      // The content of the reference element comes after that of the file.
      else children.push(...(await this.contentOf(child, open)), ...child.children);
    }
    return children;
  }

  private placed(path: string): string {
    return isAbsolute(path) ? normalize(path) : join(this.directory, path);
  }

  get paths(): readonly string[] {
    return [...this.known.keys()];
  }

  private async contentOf(reference: XmlElement, open: readonly string[]): Promise<readonly XmlElement[]> {
    const from = reference.attributes.get('from');
    const place = from?.place ?? reference.place;
    if (reference.text !== '') throw includeError('<include> cannot contain text.', reference.place);
    const path = this.placed(pathOf(from?.value ?? '', place));
    if (open.includes(path)) throw inCircle([...open, path], place);
    if (open.length > DEEPEST) throw includeError(`Files are included more than ${DEEPEST} deep.`, place);
    if (++this.files > MOST_FILES) throw includeError(`More than ${MOST_FILES} files are included.`, place);
    const image = this.known.get(path) ?? (await this.read(path, place));
    this.known.set(path, image);
    const namespace = image.attributes.get('xmlns')?.value;
    if (image.name !== 'image' || namespace) {
      const found = namespace ? `<${image.name} xmlns="${shortened(namespace)}">` : `<${image.name}>`;
      const text = `${path} cannot be included: it starts with ${found}, not with <image>.`;
      this.remarks.push({ text, place });
      return [];
    }
    this.elements += countElements(image);
    if (this.elements > MOST) throw includeError(`The included files have more than ${MOST} elements.`, place);
    return this.childrenOf(image, [...open, path]);
  }
}

/** The path in a reference. As in KIWI, a scheme only marks the rest as a path; nothing is loaded over a network. */
function pathOf(reference: string, place: Place): string {
  const { scheme = '', rest = '' } = /^(?:(?<scheme>[a-zA-Z][\w+.-]*):)?(?<rest>.*)$/s.exec(reference)!.groups!;
  const isLocal = ['', 'this', 'file', 'dir'].includes(scheme.toLowerCase());
  // KIWI parses references as URLs: the path ends at a question mark or number sign, and its last name at a semicolon.
  const whole = (scheme === '' ? rest : rest.replace(/^\/\//, '')).replace(/[?#].*/s, '');
  const semicolon = whole.indexOf(';', whole.lastIndexOf('/') + 1);
  const path = semicolon < 0 ? whole : whole.slice(0, semicolon);
  if (isLocal && path !== '' && !path.includes('\0')) return path;
  throw includeError(
    isLocal ? 'The reference names no file.' : `Nothing is included over a network: from="${shortened(reference)}".`,
    place,
    'Write it as in from="this://FILE", with a path from the directory of the description.',
  );
}

function inCircle(files: readonly string[], place: Place): InvalidInputError {
  const names = files.slice(files.indexOf(files.at(-1)!)).map((path) => shortened(path));
  return includeError(`Files include each other in a circle: ${names.join(' → ')}.`, place, 'Take one of them out.');
}

function countElements({ children }: XmlElement): number {
  return children.reduce((count, child) => count + countElements(child), 1);
}

function shortened(text: string): string {
  return text.length > 200 ? `${text.slice(0, 200)}…` : text;
}

function includeError(message: string, place: Place, hint?: string): InvalidInputError {
  return new InvalidInputError('description.include', message, { ...place, ...defined({ hint }) });
}
