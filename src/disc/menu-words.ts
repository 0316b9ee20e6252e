// The words of the commands in a boot menu with their places, so that one word can change without touching other bytes.

/** One word of a line. */
export interface Word {
  /** Offsets in the text, quotes included. */
  readonly start: number;
  readonly end: number;
  /** Without quotes and escapes. */
  readonly value: string;
}

/** The rules for words: GRUB's have quotes and escapes, others end at a blank. */
export type WordSyntax = 'grub' | 'plain';

/** The commands of a menu, each with the line on which it begins, from 1. `}` is a command. */
export interface MenuCommand {
  readonly line: number;
  readonly words: readonly string[];
}

const BLANK = /[ \t]/;
/** Not `\s`: texts are bytes, and U+00A0 is the last byte of "à". */
const ENDS_WORD = /[\t-\r ]/;
/** Longer than any command line that a kernel accepts. Where a quote has no end before, it is taken as a character. */
const MOST_QUOTED = 8192;

/** All commands of a menu. */
export function* commandsOf(text: string, syntax: WordSyntax): Generator<MenuCommand> {
  let line = 1;
  let counted = 0;
  const lineAt = (at: number) => {
    for (; counted < at; counted++) if (text[counted] === '\n') line++;
    return line;
  };
  for (let at = 0; at < text.length; ) {
    const words = wordsAt(text, at, syntax);
    const isComment = words[0]?.value.startsWith('#') === true && syntax === 'plain';
    if (words.length > 0 && !isComment) yield { line: lineAt(words[0]!.start), words: words.map(({ value }) => value) };
    at = afterBlanks(text, words.at(-1)?.end ?? at, syntax);
    if (syntax === 'grub' && text[at] === '}') yield { line: lineAt(at), words: ['}'] };
    if (syntax === 'grub' && text[at] === '#') at = endOfLine(text, at);
    else at++;
  }
}

function afterBlanks(text: string, from: number, syntax: WordSyntax): number {
  let at = from;
  for (;;) {
    if (BLANK.test(text[at] ?? '')) at++;
    else if (syntax === 'grub' && isContinued(text, at)) at += text[at + 1] === '\r' ? 3 : 2;
    else return at;
  }
}

function endOfLine(text: string, from: number): number {
  const end = text.indexOf('\n', from);
  return end < 0 ? text.length : end;
}

/** The words of the command at `from`. A GRUB command also ends at `;`, `}` and `#`, and continues after a backslash and a newline. */
export function wordsAt(text: string, from: number, syntax: WordSyntax): Word[] {
  const words: Word[] = [];
  let at = from;
  while (at < text.length) {
    at = afterBlanks(text, at, syntax);
    if (at >= text.length || endsCommand(text, at, syntax)) break;
    const word = syntax === 'grub' ? grubWord(text, at) : plainWord(text, at);
    words.push(word);
    at = word.end;
  }
  return words;
}

function isContinued(text: string, at: number): boolean {
  return text[at] === '\\' && /^\\\r?\n/.test(text.slice(at, at + 3));
}

function endsCommand(text: string, at: number, syntax: WordSyntax): boolean {
  const character = text[at]!;
  if (character === '\n' || character === '\r') return true;
  return syntax === 'grub' && /[;}#]/.test(character);
}

function plainWord(text: string, start: number): Word {
  let end = start;
  while (end < text.length && !ENDS_WORD.test(text[end]!)) end++;
  return { start, end, value: text.slice(start, end) };
}

function grubWord(text: string, start: number): Word {
  let value = '';
  let at = start;
  while (at < text.length && text[at] !== ';' && !ENDS_WORD.test(text[at]!)) {
    const character = text[at]!;
    if (character === '\\') {
      if (isContinued(text, at)) break;
      value += text[at + 1] ?? '';
      at += 2;
    } else if (character === "'" || character === '"') {
      const quoted = quotedPart(text, at);
      value += quoted.value;
      at = quoted.end;
    } else if (character === '$' && text[at + 1] === '{') {
      const name = /^\$\{[^}\s]{0,80}\}/.exec(text.slice(at, at + 83));
      const to = at + (name?.[0].length ?? 1);
      value += text.slice(at, to);
      at = to;
    } else {
      value += character;
      at++;
    }
  }
  return { start, end: Math.min(at, text.length), value };
}

function quotedPart(text: string, start: number): { readonly value: string; readonly end: number } {
  const quote = text[start]!;
  const limit = Math.min(text.length, start + MOST_QUOTED);
  let value = '';
  for (let at = start + 1; at < limit; at++) {
    if (text[at] === quote) return { value, end: at + 1 };
    if (quote === '"' && text[at] === '\\' && /["$\\]/.test(text[at + 1] ?? '')) at++;
    value += text[at];
  }
  return { value: quote, end: start + 1 };
}

/** A path in a GRUB menu without `(hd0,1)` or `($root)`, and without `$root` or `$isofrom`, in front. */
export function grubPath(word: string): string {
  return word.replace(/^\([^)]*\)/, '').replace(/^\$\{?(?:root|isofrom)\}?/, '');
}

/** A value quoted as one word for GRUB. */
export function grubQuoted(value: string): string {
  if (/^[\w=,.:/@%+~^-]+$/.test(value)) return value;
  return value.includes("'") ? value.replace(/[^\w=,.:/@%+~^-]/g, '\\$&') : `'${value}'`;
}
