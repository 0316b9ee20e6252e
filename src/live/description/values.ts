// The types of attribute values: how a text is read, and how messages describe the allowed ones.

import { type Generation, generations, isOlder } from './generations.js';

/** One type of values. */
export interface ValueKind<T> {
  /** The value, or undefined if the text is not valid. */
  read(text: string): T | undefined;
  /** Completes "Allowed: …". */
  readonly allowed: string;
  /** The type in one generation; undefined if it never changed. */
  of?(generation: Generation): ValueKind<T>;
}

/** A type that changed: each applies from its generation on. Without a generation the newest applies. */
export function changing<T>(...kinds: readonly (readonly [since: Generation, kind: ValueKind<T>])[]): ValueKind<T> {
  const of = (generation: Generation) => kinds.findLast(([since]) => !isOlder(generation, since))?.[1] ?? kinds[0]![1];
  return { ...of(generations.at(-1)!.name), of };
}

/** `true` or `false`, as XML Schema writes them. */
export const bool: ValueKind<boolean> = {
  read: (text) => ({ true: true, '1': true, false: false, '0': false })[text],
  allowed: 'true, false',
};

export const anyText: ValueKind<string> = { read: (text) => text, allowed: 'any text' };

/** Text that matches a whole pattern; `allowed` describes it. */
export function matching(pattern: RegExp, allowed: string): ValueKind<string> {
  const whole = new RegExp(`^(?:${pattern.source})$`);
  return { read: (text) => (whole.test(text) ? text : undefined), allowed };
}

/** One of the words. */
export function oneOf<const W extends string>(...words: readonly W[]): ValueKind<W> {
  return { read: (text) => words.find((word) => word === text), allowed: words.join(', ') };
}

/** Words of a set, separated by white space, none twice; at least one. */
export function listOf<const W extends string>(...words: readonly W[]): ValueKind<readonly W[]> {
  return {
    read: (text) => {
      const given = text.split(/\s+/).filter((word) => word !== '');
      const known = given.filter((word): word is W => (words as readonly string[]).includes(word));
      if (given.length === 0 || known.length !== given.length) return undefined;
      return [...new Set(known)];
    },
    allowed: `a blank-separated list of ${words.join(', ')}`,
  };
}

/** Machine names, separated by commas. */
export const architectures: ValueKind<readonly string[]> = {
  read: (text) => {
    const names = text.split(',').map((name) => name.trim());
    return names.every((name) => MACHINES.includes(name)) ? names : undefined;
  },
  allowed: 'a comma-separated list of machine names, such as x86_64,aarch64',
};

const MACHINES: readonly string[] = [
  ...['x86_64', 'amd64', 'i586', 'i686', 'ix86', 'aarch64', 'arm64', 'riscv64', 'loongarch64'],
  ...['armv5el', 'armv5tel', 'armv6hl', 'armv6l', 'armv7hl', 'armv7l', 'armv8l'],
  ...['ppc', 'ppc64', 'ppc64le', 's390', 's390x'],
];

/** Names separated by commas, blanks allowed around each. */
export const nameList: ValueKind<readonly string[]> = {
  read: (text) => text.split(/[\s,]+/).filter((name) => name !== ''),
  allowed: 'a comma-separated list of names',
};

/** A decimal number from `min` to `max`. */
export function integer(min: number, max: number): ValueKind<number> {
  return {
    read: (text) => {
      if (!/^\d{1,10}$/.test(text)) return undefined;
      const value = Number(text);
      return value >= min && value <= max ? value : undefined;
    },
    allowed: `a number from ${min} to ${max}`,
  };
}
