// The words of a line in a boot menu with their places, so that one word can change without touching other bytes.

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

const BLANK = /[ \t]/;

/** The words of the command at `from`. A GRUB command also ends at `;`, `}` and `#`, and continues after a backslash and a newline. */
export function wordsAt(text: string, from: number, syntax: WordSyntax): Word[] {
  const words: Word[] = [];
  let at = from;
  while (at < text.length) {
    if (BLANK.test(text[at]!)) at++;
    else if (syntax === 'grub' && isContinued(text, at)) at += text[at + 1] === '\r' ? 3 : 2;
    else if (endsCommand(text, at, syntax)) break;
    else {
      const word = syntax === 'grub' ? grubWord(text, at) : plainWord(text, at);
      words.push(word);
      at = word.end;
    }
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
  while (end < text.length && !/\s/.test(text[end]!)) end++;
  return { start, end, value: text.slice(start, end) };
}

function grubWord(text: string, start: number): Word {
  let value = '';
  let at = start;
  while (at < text.length && !/[\s;]/.test(text[at]!)) {
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
      const end = text.indexOf('}', at);
      const to = end < 0 ? at + 1 : end + 1;
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
  let value = '';
  for (let at = start + 1; at < text.length; at++) {
    if (text[at] === quote) return { value, end: at + 1 };
    if (quote === '"' && text[at] === '\\' && /["$\\]/.test(text[at + 1] ?? '')) at++;
    value += text[at];
  }
  return { value, end: text.length };
}

/** A value quoted as one word for GRUB. */
export function grubQuoted(value: string): string {
  if (/^[\w=,.:/@%+~^-]+$/.test(value)) return value;
  return value.includes("'") ? value.replace(/[^\w=,.:/@%+~^-]/g, '\\$&') : `'${value}'`;
}
