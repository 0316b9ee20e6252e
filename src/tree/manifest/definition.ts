// One pseudo file definition, read from left to right as mksquashfs reads it: an element with quotes and backslashes, words,
// or all the rest as it is.

import type { ByteString } from '../../bytes/index.js';
import type { InvalidInputError } from '../../errors.js';
import { columnOf, TextLine } from './words.js';

/** A part of a definition and where it starts. */
export interface Part {
  readonly text: ByteString;
  /** From 1. */
  readonly column: number;
}

const BLANK = /[ \t\r\f\v]/;

export class Definition extends TextLine {
  /** The syntax of a definition of this kind, once the kind is known. */
  usage: string | undefined;
  readonly #line: string;
  #at = 0;

  constructor(path: string, number: number, line: string) {
    super(path, number);
    this.#line = line;
  }

  /** A name: a backslash keeps the next character, double quotes keep blanks. */
  element(what: string): Part {
    this.#skipBlanks();
    const start = this.#at;
    let text = '';
    let quotedFrom = -1;
    for (; this.#at < this.#line.length; this.#at++) {
      const char = this.#line[this.#at]!;
      if (quotedFrom < 0 && BLANK.test(char)) break;
      if (char === '"') quotedFrom = quotedFrom < 0 ? this.#at : -1;
      else if (char !== '\\') text += char;
      else if (++this.#at < this.#line.length) text += this.#line[this.#at];
    }
    if (quotedFrom >= 0) throw this.fault('quote', 'A quotation mark is not closed.', columnOf(this.#line, quotedFrom));
    if (this.#at === start) throw this.#missing(what, start);
    return { text: text as ByteString, column: columnOf(this.#line, start) };
  }

  /** Everything up to the next blank. */
  word(what: string): Part {
    this.#skipBlanks();
    const start = this.#at;
    while (this.#at < this.#line.length && !BLANK.test(this.#line[this.#at]!)) this.#at++;
    const part = { text: this.#line.slice(start, this.#at) as ByteString, column: columnOf(this.#line, start) };
    if (part.text === '') throw this.#missing(what, start);
    return part;
  }

  /** Everything after the next blanks, with blanks, quotes and backslashes as they are. */
  rest(what: string): Part {
    this.#skipBlanks();
    const part = { text: this.#line.slice(this.#at) as ByteString, column: columnOf(this.#line, this.#at) };
    if (part.text === '') throw this.#missing(what, this.#at);
    this.#at = this.#line.length;
    return part;
  }

  /** Refuses what follows. */
  end(): void {
    this.#skipBlanks();
    if (this.#at === this.#line.length) return;
    throw this.#misfit(`"${this.#line.slice(this.#at)}" is not expected.`, this.#at);
  }

  #missing(what: string, at: number): InvalidInputError {
    return this.#misfit(`${what} is missing.`, at);
  }

  #misfit(message: string, at: number): InvalidInputError {
    return this.fault('pseudo', message, columnOf(this.#line, at), this.usage && `Give ${this.usage}.`);
  }

  #skipBlanks(): void {
    while (this.#at < this.#line.length && BLANK.test(this.#line[this.#at]!)) this.#at++;
  }
}

/** The definitions of a file: a backslash at its end joins a line with the next one, `#` starts a comment. */
export function definitionsOf(text: ByteString, path: string): Definition[] {
  const definitions: Definition[] = [];
  let joined = '';
  let first = 0;
  const lines = text.split('\n');
  for (const [index, line] of lines.entries()) {
    if (joined === '') first = index + 1;
    const isContinued = line.endsWith('\\') && index + 1 < lines.length;
    joined += isContinued ? line.slice(0, -1) : line;
    if (isContinued) continue;
    if (!/^\s*(?:#|$)/.test(joined)) definitions.push(new Definition(path, first, joined));
    joined = '';
  }
  return definitions;
}
