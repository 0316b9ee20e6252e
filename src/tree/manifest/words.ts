// Lines of a manifest cut into words: blanks separate them, double quotes and backslashes keep what they mean elsewhere.

import { type ByteString, toText } from '../../bytes/index.js';
import { InvalidInputError } from '../../errors.js';

/** A word and where it starts. */
export interface Word {
  readonly text: ByteString;
  /** From 1. */
  readonly column: number;
  /** The text with the backslashes that escape nothing, as setfattr keeps them. */
  readonly verbatim: ByteString;
  /** Where in the verbatim text a quotation mark opened. */
  readonly quotedAt: readonly number[];
}

/** A line of a text, and which one. */
export class TextLine {
  constructor(
    readonly path: string,
    readonly number: number,
  ) {}

  /** An error that points at this line. */
  fault(code: string, message: string, column: number, hint?: string): InvalidInputError {
    const { path, number: line } = this;
    return new InvalidInputError(`tree.manifest-${code}`, message, { path, line, column, hint });
  }
}

/** A line cut into words. */
export class Line extends TextLine {
  readonly words: readonly Word[];

  constructor(path: string, number: number, text: string) {
    super(path, number);
    this.words = wordsOf(text, (code, message, at) => this.fault(code, message, columnOf(text, at)));
  }
}

/** The lines that have words. `path` names the text in errors. `#` starts a comment where a word could start. */
export function linesOf(text: ByteString, path: string): Line[] {
  return text.split('\n').flatMap((line, index) => {
    const parsed = new Line(path, index + 1, line.replace(/\r$/, ''));
    return parsed.words.length > 0 ? [parsed] : [];
  });
}

const ESCAPES: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r' };
/** After a backslash: a byte in hexadecimal, one in octal as setfattr has it, or a character. */
const ESCAPE = /^(?:x([0-9a-f]{2})|([0-7]{1,3})|(.))/i;

function wordsOf(line: string, fault: (code: string, message: string, at: number) => Error): Word[] {
  const words: Word[] = [];
  let at = 0;
  for (;;) {
    while (line[at] === ' ' || line[at] === '\t') at++;
    if (at >= line.length || line[at] === '#') return words;
    const start = at;
    let text = '';
    let verbatim = '';
    let quotedFrom = -1;
    const quotedAt: number[] = [];
    while (at < line.length && (quotedFrom >= 0 || (line[at] !== ' ' && line[at] !== '\t'))) {
      const char = line[at++]!;
      if (char === '"') {
        if (quotedFrom < 0) quotedAt.push(verbatim.length);
        quotedFrom = quotedFrom < 0 ? at - 1 : -1;
      } else if (char !== '\\') {
        text += char;
        verbatim += char;
      } else {
        const match = ESCAPE.exec(line.slice(at, at + 3));
        if (!match) throw fault('escape', 'A backslash is the last character of the line.', at - 1);
        const [whole, hex, octal, plain] = match;
        const meant = plain === undefined ? byteOf(hex, octal) : (ESCAPES[plain] ?? plain);
        text += meant;
        verbatim += meant === plain && !/[ \t"\\#]/.test(plain) ? `\\${plain}` : meant;
        at += whole.length;
      }
    }
    if (quotedFrom >= 0) throw fault('quote', 'A quotation mark is not closed on its line.', quotedFrom);
    words.push({
      text: text as ByteString,
      column: columnOf(line, start),
      verbatim: verbatim as ByteString,
      quotedAt,
    });
  }
}

function byteOf(hex: string | undefined, octal: string | undefined): string {
  const value = hex === undefined ? Number.parseInt(octal!, 8) : Number.parseInt(hex, 16);
  return String.fromCharCode(value & 0xff);
}

/** Characters, not bytes: as editors count. */
export function columnOf(line: string, at: number): number {
  const before = line.slice(0, at);
  return (toText(before as ByteString) ?? before).length + 1;
}
