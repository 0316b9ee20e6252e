// Lines of a manifest cut into words: blanks separate them, double quotes and backslashes keep what they mean elsewhere.

import { type ByteString, toText } from '../../bytes/index.js';
import { InvalidInputError } from '../../errors.js';

/** A word and where it starts. */
export interface Word {
  readonly text: ByteString;
  /** From 1. */
  readonly column: number;
}

/** One line that has words, and where it stands. */
export class Line {
  readonly words: readonly Word[];

  constructor(
    readonly path: string,
    readonly number: number,
    text: string,
  ) {
    this.words = wordsOf(text, (code, message, at) => this.fault(code, message, columnOf(text, at)));
  }

  /** An error that points at this line. */
  fault(code: string, message: string, column: number, hint?: string): InvalidInputError {
    const { path, number: line } = this;
    return new InvalidInputError(`tree.manifest-${code}`, message, { path, line, column, ...(hint && { hint }) });
  }
}

/** The lines that have words. `path` names the text in errors. `#` starts a comment where a word could start. */
export function linesOf(text: ByteString, path: string): Line[] {
  return text.split('\n').flatMap((line, index) => {
    const parsed = new Line(path, index + 1, line.replace(/\r$/, ''));
    return parsed.words.length > 0 ? [parsed] : [];
  });
}

const ESCAPES: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r', 0: '\0' };

function wordsOf(line: string, fault: (code: string, message: string, at: number) => Error): Word[] {
  const words: Word[] = [];
  let at = 0;
  for (;;) {
    while (line[at] === ' ' || line[at] === '\t') at++;
    if (at >= line.length || line[at] === '#') return words;
    const start = at;
    let text = '';
    let quotedFrom = -1;
    while (at < line.length && (quotedFrom >= 0 || (line[at] !== ' ' && line[at] !== '\t'))) {
      const char = line[at++]!;
      if (char === '"') quotedFrom = quotedFrom < 0 ? at - 1 : -1;
      else if (char !== '\\') text += char;
      else {
        const [, hex, plain] = /^(?:x([0-9a-f]{2})|(.))/i.exec(line.slice(at, at + 3)) ?? [];
        if (hex === undefined && plain === undefined) {
          throw fault('escape', 'A backslash stands at the end of the line.', at - 1);
        }
        text += hex === undefined ? (ESCAPES[plain!] ?? plain!) : String.fromCharCode(Number.parseInt(hex, 16));
        at += hex === undefined ? 1 : 3;
      }
    }
    if (quotedFrom >= 0) throw fault('quote', 'A quotation mark is not closed on its line.', quotedFrom);
    words.push({ text: text as ByteString, column: columnOf(line, start) });
  }
}

/** Characters, not bytes: as editors count. */
function columnOf(line: string, at: number): number {
  const before = line.slice(0, at);
  return (toText(before as ByteString) ?? before).length + 1;
}
