// The words of the commands in a boot menu with their places, so that one word can change without touching other bytes.

/** One word of a line. */
export interface Word {
  /** Offsets in the text, quotes included. */
  readonly start: number;
  readonly end: number;
  /** Without quotes and escapes. */
  readonly value: string;
}

/** The rules for words: GRUB's have quotes and escapes. Others end at a blank outside of double quotes, as the kernel divides its arguments. */
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
const QUOTED_ARGUMENT = /^"[^"\r\n]*"/;
/** GRUB drops this backslash, unless it is patched as that of Fedora is. Menus that have it rely on such a GRUB. */
const UDEV_ESCAPE = /^\\x[0-9a-f]{2}/i;

/** All commands of a menu. */
export function* commandsOf(text: string, syntax: WordSyntax): Generator<MenuCommand> {
  let line = 1;
  let counted = 0;
  const lineAt = (at: number) => {
    for (; counted < at; counted++) if (text[counted] === '\n') line++;
    return line;
  };
  for (const words of commandWords(text, syntax)) {
    yield { line: lineAt(words[0]!.start), words: words.map(({ value }) => value) };
  }
}

/** The words of all commands of a menu. Of several commands on one line of GRUB, such as `if …; then linux …; fi`, each comes alone. */
export function* commandWords(text: string, syntax: WordSyntax): Generator<readonly Word[]> {
  for (let at = 0; at < text.length; ) {
    const words = wordsAt(text, at, syntax);
    const isComment = words[0]?.value.startsWith('#') === true && syntax === 'plain';
    if (syntax === 'grub') yield* separated(text, words);
    else if (words.length > 0 && !isComment) yield words;
    at = afterBlanks(text, words.at(-1)?.end ?? at, syntax);
    if (syntax === 'grub' && text[at] === '}') yield [{ start: at, end: at + 1, value: '}' }];
    if (syntax === 'grub' && text[at] === '#') at = endOfLine(text, at);
    else at++;
  }
}

/** Words that GRUB reserves, if a command begins with them. */
const RESERVED = /^(?:if|elif|then|else|while|until|do|!)$/;

function* separated(text: string, words: readonly Word[]): Generator<readonly Word[]> {
  let from = 0;
  for (const [i, { start, end }] of words.entries()) {
    // A quoted word is never reserved.
    const raw = end - start <= 5 ? text.slice(start, end) : '';
    if (raw === '{') {
      yield words.slice(from, i + 1);
      from = i + 1;
    } else if (i === from && RESERVED.test(raw)) from = i + 1;
  }
  if (from < words.length) yield words.slice(from);
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
  let value = '';
  let at = start;
  while (at < text.length && !ENDS_WORD.test(text[at]!)) {
    const quoted = text[at] === '"' ? QUOTED_ARGUMENT.exec(text.slice(at, at + MOST_QUOTED))?.[0] : undefined;
    value += quoted?.slice(1, -1) ?? text[at]!;
    at += quoted?.length ?? 1;
  }
  return { start, end: at, value };
}

function grubWord(text: string, start: number): Word {
  let value = '';
  let at = start;
  while (at < text.length && text[at] !== ';' && !ENDS_WORD.test(text[at]!)) {
    const character = text[at]!;
    if (character === '\\') {
      if (isContinued(text, at)) break;
      const kept = UDEV_ESCAPE.exec(text.slice(at, at + 4))?.[0];
      value += kept ?? text[at + 1] ?? '';
      at += kept?.length ?? 2;
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

/** A value as one word for GRUB, which quotes as a POSIX shell does. */
export function grubQuoted(value: string): string {
  return /^[\w=,.:/@%+~^-]+$/.test(value) ? value : `'${value.replaceAll("'", "'\\''")}'`;
}

/** A kernel argument as one word for GRUB. Double quotes go, because GRUB puts its own around an argument with blanks, and escapes others. */
export function grubArgument(argument: string): string {
  return grubQuoted(argument.replaceAll('"', ''));
}

/** A label with the characters escaped that udev and dracut escape: `\x20` for a blank. Those of `kept` stay. */
export function udevEscaped(label: string, kept?: RegExp): string {
  return label.replace(/[^\w#+.:=@-]/g, (character) =>
    kept?.test(character) ? character : `\\x${character.charCodeAt(0).toString(16).padStart(2, '0')}`,
  );
}

/** How the lines of a text end. */
export function lineEnd(text: string): '\n' | '\r\n' {
  return /^[^\r\n]*\r\n/.test(text) ? '\r\n' : '\n';
}
