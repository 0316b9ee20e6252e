// The page on failures knows every code that a build or a bundle can end with, and its exit code.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { IsopressError } from '../../../src/errors.js';
import * as errors from '../../../src/errors.js';

const CODE = /new (\w+Error)\(\s*'((?:live|bundle|configuration|tool|description)\.[a-z-]+)'/g;
/** The class of an error says with which status a command ends. */
const exitOf = (kind: string): number => {
  const Kind = (errors as Record<string, unknown>)[kind] as new (code: string, message: string) => IsopressError;
  return new Kind('a.b', 'Message.').exitCode;
};

const sources = ['src/live', 'src/cli/actions'].flatMap((folder) =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => join(folder, name)),
);
const raised = new Map(
  sources.flatMap((name) =>
    [...readFileSync(name, 'utf8').matchAll(CODE)].map(([, kind, code]) => [code!, kind!] as const),
  ),
);

/** Codes of the page's tables with the exit codes of their rows; those of descriptions stand on their own page. */
const documented = new Map(
  readFileSync('docs/failures.md', 'utf8')
    .split('\n')
    .filter((line) => line.startsWith('|'))
    .flatMap((line) => {
      const exits = line.split('|').at(-2)!.trim();
      return [...line.matchAll(/`([a-z]+\.[a-z-]+)`/g)].map(([, code]) => [code!, exits] as const);
    }),
);
const descriptions = readFileSync('docs/descriptions.md', 'utf8');

test('every code is documented, with its exit code', () => {
  expect(raised.size).toBeGreaterThan(50);
  const missing = [...raised.keys()].filter((code) => {
    const own = code.startsWith('description.') && descriptions.includes(`.${code.split('.')[1]}\``);
    return !documented.has(code) && !own;
  });
  expect(missing).toEqual([]);
  const wrong = [...raised].filter(([code, kind]) => {
    const exits = documented.get(code);
    return exits !== undefined && !exits.split(', ').includes(String(exitOf(kind)));
  });
  expect(wrong).toEqual([]);
});

test('nothing is documented that is never raised', () => {
  const own = [...documented.keys()].filter((code) => /^(live|bundle|configuration)\./.test(code));
  expect(own.filter((code) => !raised.has(code))).toEqual([]);
});
