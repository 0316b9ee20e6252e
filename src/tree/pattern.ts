// The pattern language of every option and list that takes patterns; docs/patterns.md describes it for users. It is that of
// fnmatch(3) (POSIX.1-2024, "Pattern Matching Notation") within one name, with `**` for directories in between.

import { type ByteString, displayText, isAscii, toText } from '../bytes/index.js';
import { InvalidInputError } from '../errors.js';

/** A step of a pattern: any number of items, or one item that passes a test. */
type Step<T> = typeof MANY | ((item: T) => boolean);

const MANY = Symbol('any number of items');
const ANY = () => true;

/** A pattern of {@link matchesPath}, read once for many paths. */
export interface PathPattern {
  readonly steps: readonly Step<string>[];
}

/**
 * Reads a pattern. With a leading `/` or `./` it counts from the root, otherwise it matches at any depth. Throws
 * {@link InvalidInputError} `tree.bad-pattern` for one that can match nothing.
 */
export function parsePattern(pattern: ByteString): PathPattern {
  const names = namesOf(pattern);
  if (names.length === 0) throw unusable(pattern, 'it names no entry');
  if (names.includes('..')) throw unusable(pattern, 'no entry is named ".."');
  const steps: Step<string>[] = /^\.?\//.test(pattern) ? [] : [MANY];
  for (const name of names) steps.push(name === '**' ? MANY : nameTest(name, pattern));
  // At the end `**` is everything inside a directory and not the directory itself.
  if (names.at(-1) === '**') steps.push(ANY);
  return { steps };
}

/** Whether a pattern matches a path, given as its names. */
export function matchesPath({ steps }: PathPattern, names: readonly string[]): boolean {
  return matches(steps, names);
}

/** A test of a single name by the part of a pattern between two slashes. `whole` is what messages show. */
export function nameTest(part: string, whole: string = part): (name: string) => boolean {
  const bytes = stepsOf(Array.from(part, codeOf), whole as ByteString);
  if (!bytes.some((step) => typeof step !== 'number')) {
    const literal = String.fromCharCode(...(bytes as number[]));
    return (name) => name === literal;
  }
  const byByte = testsOf(bytes);
  const text = isAscii(part) ? part : toText(part as ByteString);
  const byCharacter = text === undefined ? undefined : testsOf(stepsOf(Array.from(text, codeOf), whole as ByteString));
  return (name) => {
    if (isAscii(name)) return matches(byByte, codesOf(name));
    // As fnmatch(3) does in a UTF-8 locale: characters if both are text, otherwise bytes.
    const shown = byCharacter && toText(name as ByteString);
    if (shown === undefined) return matches(byByte, codesOf(name));
    return matches(byCharacter!, Array.from(shown, codeOf));
  };
}

/**
 * Steps against items: only the latest `MANY` is ever tried again, since an earlier one could gain nothing. Takes at most as
 * many tests as there are steps times items.
 */
function matches<T>(steps: readonly Step<T>[], items: readonly T[]): boolean {
  let step = 0;
  let item = 0;
  let many = -1;
  let resume = 0;
  while (item < items.length) {
    const test = steps[step];
    if (test === MANY) {
      many = step++;
      resume = item;
    } else if (test?.(items[item]!)) {
      step++;
      item++;
    } else if (many >= 0) {
      step = many + 1;
      item = ++resume;
    } else return false;
  }
  while (steps[step] === MANY) step++;
  return step === steps.length;
}

/** The parts between slashes, each with its escapes; an escaped slash is a slash. */
function namesOf(pattern: string): string[] {
  const names: string[] = [];
  let name = '';
  for (let at = 0; at < pattern.length; at++) {
    const escapes = pattern[at] === '\\' && at + 1 < pattern.length;
    if (escapes) at++;
    if (pattern[at] === '/') {
      names.push(name);
      name = '';
    } else name += escapes ? `\\${pattern[at]}` : pattern[at];
  }
  return [...names, name].filter((one) => one !== '' && one !== '.');
}

const BACKSLASH = 0x5c;
const codeOf = (character: string) => character.codePointAt(0)!;
const codesOf = (name: string) => Array.from(name, codeOf);

/** A character stands for itself; the others are tests. */
type NameStep = number | Step<number>;

function testsOf(steps: readonly NameStep[]): Step<number>[] {
  return steps.map((step) => (typeof step === 'number' ? (code: number) => code === step : step));
}

function stepsOf(codes: readonly number[], whole: ByteString): NameStep[] {
  const steps: NameStep[] = [];
  for (let at = 0; at < codes.length; at++) {
    const code = codes[at]!;
    if (code === 0x2a) {
      if (steps.at(-1) !== MANY) steps.push(MANY);
    } else if (code === 0x3f) steps.push(ANY);
    else if (code === BACKSLASH && at + 1 < codes.length) steps.push(codes[++at]!);
    else if (code === 0x5b) {
      const set = readSet(codes, at + 1, whole);
      steps.push(set?.test ?? code);
      at = set?.end ?? at;
    } else steps.push(code);
  }
  return steps;
}

/** A set that starts after its `[`; undefined where no `]` ends it and the `[` is an ordinary character. */
function readSet(codes: readonly number[], start: number, whole: ByteString) {
  const isNegated = codes[start] === 0x21 || codes[start] === 0x5e;
  const first = isNegated ? start + 1 : start;
  const members: ((code: number) => boolean)[] = [];
  let at = first;
  // Right after the start `]` is a member.
  for (; at < codes.length && (codes[at] !== 0x5d || at === first); at++) {
    const named = readClass(codes, at, whole);
    if (named) {
      members.push(named.test);
      at = named.end;
      continue;
    }
    if (codes[at] === BACKSLASH && at + 1 < codes.length) at++;
    const low = codes[at]!;
    let high = low;
    if (codes[at + 1] === 0x2d && at + 2 < codes.length && codes[at + 2] !== 0x5d) {
      at += codes[at + 2] === BACKSLASH && at + 3 < codes.length ? 3 : 2;
      high = codes[at]!;
    }
    members.push((code) => code >= low && code <= high);
  }
  if (at >= codes.length) return undefined;
  return { end: at, test: (code: number) => members.some((test) => test(code)) !== isNegated };
}

/** Character classes, of ASCII: what a name means does not depend on a language. */
const CLASSES: Readonly<Record<string, RegExp>> = {
  alnum: /[0-9A-Za-z]/,
  alpha: /[A-Za-z]/,
  blank: /[ \t]/,
  // biome-ignore lint/suspicious/noControlCharactersInRegex: the class of control characters
  cntrl: /[\0-\x1f\x7f]/,
  digit: /[0-9]/,
  graph: /[!-~]/,
  lower: /[a-z]/,
  print: /[ -~]/,
  punct: /[!-/:-@[-`{-~]/,
  space: /[ \t-\r]/,
  upper: /[A-Z]/,
  xdigit: /[0-9A-Fa-f]/,
};

/** `[:alpha:]` within a set. `[=a=]` and `[.a.]` are refused: what they mean depends on a language. */
function readClass(codes: readonly number[], at: number, whole: ByteString) {
  const kind = codes[at + 1];
  if (codes[at] !== 0x5b || (kind !== 0x3a && kind !== 0x3d && kind !== 0x2e)) return undefined;
  const end = codes.findIndex((code, i) => i > at + 2 && code === 0x5d && codes[i - 1] === kind);
  if (end < 0) return undefined;
  const name = String.fromCodePoint(...codes.slice(at + 2, end - 1));
  const known = kind === 0x3a && Object.hasOwn(CLASSES, name) ? CLASSES[name] : undefined;
  if (!known) throw unusable(whole, `"[${String.fromCodePoint(...codes.slice(at + 1, end))}]" is not a known class`);
  return { end, test: (code: number) => known.test(String.fromCodePoint(code)) };
}

function unusable(pattern: ByteString, why: string): InvalidInputError {
  return new InvalidInputError('tree.bad-pattern', `"${displayText(pattern)}" is not a usable pattern: ${why}.`, {
    hint: 'Name an entry, such as /var/cache/* or *.pyc, with a backslash before each special character that is part of a name.',
  });
}
