// An XML document as a small tree of elements with their places. Strict XML 1.0; a DTD, and with it every entity of the
// document, is refused: a description does not need one, and an attacker could use it.

import { SaxesParser } from 'saxes';
import { InvalidInputError } from '../../errors.js';

/** A position in a text, both from 1. */
export interface Place {
  readonly path: string;
  readonly line: number;
  readonly column: number;
}

export interface XmlAttribute {
  readonly name: string;
  readonly value: string;
  /** Start of the value. */
  readonly place: Place;
}

export interface XmlElement {
  readonly name: string;
  readonly attributes: ReadonlyMap<string, XmlAttribute>;
  readonly children: readonly XmlElement[];
  /** All character data directly inside, trimmed. */
  readonly text: string;
  /** Start of the tag. */
  readonly place: Place;
}

/** Largest depth of elements; KIWI's own descriptions have six. */
export const DEEPEST = 64;
/** Most bytes of a description. */
export const LARGEST = 4 * 1024 * 1024;
/** Most elements of a description. */
export const MOST = 50_000;

/** The document element. Throws {@link InvalidInputError} `description.xml` with the place of the first error. */
export function parseXml(text: string, path: string): XmlElement {
  const placeOf = placeFinder(text, path);
  if (text.length > LARGEST) throw xmlError('The file is larger than any description can be.', placeOf(0));
  let count = 0;
  const parser = new SaxesParser({ position: true });
  const open: Draft[] = [];
  let attributes = new Map<string, XmlAttribute>();
  let start = 0;
  let root: XmlElement | undefined;
  parser.on('error', (error) => {
    throw notWellFormed(error.message.replace(/^\d+:\d+: /, ''), text, parser.position, start, placeOf);
  });
  parser.on('doctype', (declaration) => {
    if (declaresNothing(declaration)) return;
    const place = placeOf(text.lastIndexOf('<!DOCTYPE', parser.position));
    throw xmlError('A document type declaration with a DTD is not allowed here.', place, NO_ENTITIES);
  });
  parser.on('opentagstart', () => {
    start = text.lastIndexOf('<', parser.position - 1);
    attributes = new Map();
  });
  parser.on('attribute', ({ name, value }) => {
    // A prefix is no attribute of the element; a word with it is one that no rule knows.
    if (name.startsWith('xmlns:')) return;
    const end = parser.position - 1;
    const valueAt = text.lastIndexOf(text[end]!, end - 1) + 1;
    attributes.set(name, { name, value, place: placeOf(valueAt) });
  });
  parser.on('opentag', ({ name }) => {
    const place = placeOf(start);
    if (open.length >= DEEPEST) throw xmlError(`Elements are nested more than ${DEEPEST} deep.`, place);
    if (++count > MOST) throw xmlError(`There are more than ${MOST} elements.`, place);
    open.push({ name, attributes, children: [], text: '', place });
  });
  const addText = (more: string) => {
    const element = open.at(-1);
    if (element) element.text += more;
  };
  parser.on('text', addText);
  parser.on('cdata', addText);
  parser.on('closetag', () => {
    const draft = open.pop()!;
    const element = { ...draft, text: draft.text.trim() };
    const parent = open.at(-1);
    if (parent) parent.children.push(element);
    else root = element;
  });
  parser.write(text).close();
  return root!;
}

interface Draft {
  readonly name: string;
  readonly attributes: ReadonlyMap<string, XmlAttribute>;
  readonly children: XmlElement[];
  text: string;
  readonly place: Place;
}

function placeFinder(text: string, path: string): (offset: number) => Place {
  const starts = [0];
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) starts.push(at + 1);
  return (offset) => {
    let low = 0;
    let high = starts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (starts[middle]! <= offset) low = middle;
      else high = middle - 1;
    }
    return { path, line: low + 1, column: offset - starts[low]! + 1 };
  };
}

/** A document type that only names the document element, and perhaps a file that is not read, as editors write it. */
const EMPTY_DOCTYPE = /^\s*[\w:.-]+(\s+(SYSTEM|PUBLIC\s+("[^"]*"|'[^']*'))\s+("[^"]*"|'[^']*'))?\s*(\[\s*\]\s*)?$/;

/** Most characters of a document type: the search for comments can take the square of them. */
const LONGEST_DOCTYPE = 4096;

/** Whether a document type declares nothing: its internal subset is missing, or has only comments. */
function declaresNothing(declaration: string): boolean {
  return declaration.length <= LONGEST_DOCTYPE && EMPTY_DOCTYPE.test(declaration.replace(/<!--.*?-->/gs, ''));
}

const NO_ENTITIES = 'Take it out, and write the text of its entities in their places.';

/** The parser's error, with the place where the fault starts instead of the one where the parser noticed it. */
function notWellFormed(
  found: string,
  text: string,
  noticedAt: number,
  tagAt: number,
  placeOf: (offset: number) => Place,
): InvalidInputError {
  const bare = text.slice(tagAt).search(/&(?!#?\w+;)/);
  if (bare >= 0 && /^(unclosed|unexpected end|disallowed)/.test(found)) {
    return xmlError('An "&" that starts no entity.', placeOf(tagAt + bare), 'Write &amp; for the character itself.');
  }
  const outside = found.startsWith('text data outside') && tagAt === 0;
  const at = outside ? text.search(/\S/) : noticedAt;
  const hint = Object.entries(remedies).find(([start]) => found.startsWith(start))?.[1] ?? USUAL_REMEDY;
  return xmlError(`The XML is not well-formed: ${found.replace(/\.$/, '')}.`, placeOf(at), hint);
}

const USUAL_REMEDY = 'Every tag must be closed, every value quoted, and everything must be inside <image>.';

/** Advice by the start of the parser's message. */
const remedies: Readonly<Record<string, string>> = {
  'undefined entity': 'Known are &amp; &lt; &gt; &quot; &apos; and numbers such as &#228;. Write the text itself.',
  'disallowed character': 'Take it out: it is a control character, which XML cannot contain.',
  'duplicate attribute': 'Leave one of them.',
};

function xmlError(message: string, place: Place, hint?: string): InvalidInputError {
  return new InvalidInputError('description.xml', message, { ...place, ...(hint ? { hint } : {}) });
}
