// Options of other programs as tables: one row says how an option is spelled and what it means here.

import { type Message, type OptionReference, UnsupportedError, UsageError } from '../errors.js';
import { BadValue } from './values.js';

/**
 * The meaning of an option: a change of the draft; `ALWAYS`, for behaviour that is the default or has no effect on an image; or a text:
 * the option is refused, and the text says what to do instead.
 */
export type Meaning<D> = ((draft: D, value: string, name: string) => void) | typeof ALWAYS | string;

export const ALWAYS = Symbol('the default behaviour');

/**
 * From spelling to meaning. A spelling has names separated by `|`, then a word for the value if there is one:
 * `-offset|-o BYTES`. A value word that ends in `…` takes all the words that follow.
 */
export type OptionTable<D> = Readonly<Record<string, Meaning<D>>>;

/** A program's options and the way it reads them. */
export interface ForeignProgram<D> {
  readonly name: string;
  /** Dotted code of errors. */
  readonly code: string;
  readonly table: OptionTable<D>;
  /** `words`: every option is a word. `getopt`: letters may be joined, `-qF`, and values attached, `-b4096`. */
  readonly style: 'words' | 'getopt';
  /** The options of this program that the rows set, so that errors about their values can name the row. */
  readonly choices?: (draft: D) => object;
}

/** How errors name a program. */
type ProgramName = Pick<ForeignProgram<never>, 'name' | 'code'>;

/** An option that is known and not supported, and what to do instead. */
export interface RefusedOption {
  readonly option: string;
  readonly instead: string;
}

/** The rest after reading. */
export interface ReadWords {
  readonly refused: readonly RefusedOption[];
  /** In order: operands, and options that the program does not have. */
  readonly rest: readonly string[];
  /** Names of the options that were read, in order. */
  readonly understood: readonly string[];
  /** By which option of the other program each of `choices` was set: `blockSize` by `-b`. */
  readonly spelled: ReadonlyMap<string, string>;
}

/** How many words from here the table does not read: 0, or one of the caller's options and its values. */
export type OwnWords = (word: string, next: string | undefined) => number;

interface Row<D> {
  readonly value: string | undefined;
  readonly meaning: Meaning<D>;
}

/** Reads words by the table into the draft. Throws {@link UsageError} for a value that is missing or not taken. */
export function readWords<D>(
  program: ForeignProgram<D>,
  words: readonly string[],
  draft: D,
  own: OwnWords = () => 0,
): ReadWords {
  const rows = rowsOf(program.table);
  const refused: RefusedOption[] = [];
  const rest: string[] = [];
  const understood: string[] = [];
  const spelled = new Map<string, string>();
  const queue = [...words];
  const accept = (name: string, row: Row<D>, attached: string | undefined) => {
    const values = row.value === undefined ? [''] : valuesOf(program, name, row.value, attached, queue);
    if (typeof row.meaning === 'string') {
      refused.push({ option: name, instead: row.meaning });
      return;
    }
    understood.push(name);
    if (row.meaning === ALWAYS) return;
    const before: object = { ...program.choices?.(draft) };
    for (const value of values) apply(program, name, row.meaning, draft, value);
    for (const key of changedKeys(before, program.choices?.(draft) ?? {})) spelled.set(key, name);
  };
  for (let word = queue.shift(); word !== undefined; word = queue.shift()) {
    const owned = own(word, queue[0]);
    if (owned > 0) rest.push(word, ...queue.splice(0, owned - 1));
    else if (program.style === 'words') {
      const row = rows.get(word);
      if (row) accept(word, row, undefined);
      else rest.push(word);
    } else if (!readLetters(rows, word, accept)) rest.push(word);
  }
  return { refused, rest, understood, spelled };
}

function changedKeys(before: object, after: object): string[] {
  const known = new Map(Object.entries(before));
  return Object.entries(after).flatMap(([key, value]) => (known.get(key) === value ? [] : [key]));
}

/**
 * Runs a check of the options that were read; an error about one of them names it as it was spelled. `other` names an option that
 * is only mentioned.
 */
export function checkSpelled(
  { name }: Pick<ProgramName, 'name'>,
  spelled: ReadonlyMap<string, string>,
  check: () => void,
  other: (reference: OptionReference) => string = ({ option }) => option,
): void {
  try {
    check();
  } catch (error) {
    const own = error instanceof UsageError ? spelled.get(error.option ?? '') : undefined;
    if (!(error instanceof UsageError) || own === undefined) throw error;
    const inWords = (text: Message) =>
      typeof text === 'string' ? text : text.spelled((reference) => spelled.get(reference.option) ?? other(reference));
    const { message, hint } = error.wording;
    const text = inWords(message);
    const place = text.startsWith(`${own} `) ? text.replace(own, `${own} of ${name}`) : `${own} of ${name}: ${text}`;
    throw new UsageError(error.code, place, { hint: hint === undefined ? undefined : inWords(hint), cause: error });
  }
}

/** The error for an option that is known and not supported. */
export function refusal({ name, code }: ProgramName, { option, instead }: RefusedOption): UnsupportedError {
  return new UnsupportedError(code, `${option} of ${name} is not supported.`, { hint: instead });
}

/** Throws {@link UnsupportedError} for the first of the options that are refused, if there is one. */
export function refuseOptions(program: ProgramName, refused: readonly RefusedOption[]): void {
  for (const option of refused) throw refusal(program, option);
}

/** Throws {@link UnsupportedError} for the first word that is not an option of the program, if there is one. */
export function refuseRest<D>(program: ForeignProgram<D>, rest: readonly string[]): void {
  for (const word of rest) {
    const hint = `Supported are ${supportedNames(program.table).join(' ')}.`;
    throw new UnsupportedError(program.code, `"${word}" is not an option of ${program.name}.`, { hint });
  }
}

/** The names that are not refused, the first of each row. */
function supportedNames<D>(table: OptionTable<D>): string[] {
  return Object.entries(table)
    .filter(([, meaning]) => typeof meaning !== 'string')
    .map(([spelling]) => spelling.split(/[| ]/)[0]!);
}

function rowsOf<D>(table: OptionTable<D>): ReadonlyMap<string, Row<D>> {
  const rows = new Map<string, Row<D>>();
  for (const [spelling, meaning] of Object.entries(table)) {
    const [names, value] = spelling.split(' ');
    for (const name of names!.split('|')) rows.set(name, { value, meaning });
  }
  return rows;
}

/** Long options with `=`, joined letters, attached values. False: the word does not belong to the program. */
function readLetters<D>(
  rows: ReadonlyMap<string, Row<D>>,
  word: string,
  accept: (name: string, row: Row<D>, attached: string | undefined) => void,
): boolean {
  if (word.startsWith('--')) {
    const at = word.indexOf('=');
    const row = rows.get(at < 0 ? word : word.slice(0, at));
    if (row) accept(at < 0 ? word : word.slice(0, at), row, at < 0 ? undefined : word.slice(at + 1));
    return row !== undefined;
  }
  const letters = /^-([A-Za-z].*)$/s.exec(word)?.[1];
  if (letters === undefined) return false;
  const taken: [name: string, row: Row<D>, attached: string | undefined][] = [];
  for (let at = 0; at < letters.length; at++) {
    const name = `-${letters[at]}`;
    const row = rows.get(name);
    if (!row) return false;
    const attached = row.value === undefined ? undefined : letters.slice(at + 1) || undefined;
    taken.push([name, row, attached]);
    if (row.value !== undefined) break;
  }
  for (const one of taken) accept(...one);
  return true;
}

function valuesOf<D>(
  program: ForeignProgram<D>,
  name: string,
  value: string,
  attached: string | undefined,
  queue: string[],
): string[] {
  if (value.endsWith('…')) return queue.splice(0);
  const given = attached ?? queue.shift();
  if (given !== undefined) return [given];
  throw new UsageError(program.code, `${name} of ${program.name} needs a value: ${value}.`);
}

function apply<D>(
  program: ForeignProgram<D>,
  name: string,
  meaning: (draft: D, value: string, name: string) => void,
  draft: D,
  value: string,
): void {
  try {
    meaning(draft, value, name);
  } catch (error) {
    if (!(error instanceof BadValue)) throw error;
    const message = `${name} of ${program.name} must be ${error.message}, not "${value}".`;
    throw new UsageError(program.code, message);
  }
}
