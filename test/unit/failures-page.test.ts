// docs/failures.md: complete, and about errors that exist.
import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect, test } from 'vitest';
import * as errors from '../../src/errors.js';

const root = resolve(import.meta.dirname, '../..');
const page = readFileSync(join(root, 'docs/failures.md'), 'utf8');
const rows = page
  .split('\n')
  .filter((line) => line.startsWith('| '))
  .map((line) => line.split('|').map((cell) => cell.trim()));
const sources = readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.ts'))
  .map((name) => readFileSync(join(root, 'src', name), 'utf8'));

/** `tar.none`, or the start of a code that is put together. */
const raised = sources.flatMap((text) =>
  [...text.matchAll(/new \w+Error\(\s*['`]([a-z0-9]+\.[a-z0-9-]*)/g)].map(([, code]) => code!),
);

test('every class of errors has a row with its exit code', () => {
  const classes = Object.entries(errors).filter(
    ([name, value]) => name.endsWith('Error') && name !== 'IsopressError' && typeof value === 'function',
  );
  expect(classes.length).toBeGreaterThan(8);
  const missing = classes.filter(([name, value]) => {
    const made = new (value as new (code: string, message: string) => errors.IsopressError)('a.b', 'A sentence.');
    return !rows.some(([, exit, named]) => named === `\`${name}\`` && exit!.split(', ').includes(`${made.exitCode}`));
  });
  expect(missing.map(([name]) => name)).toEqual([]);
});

test('every exit code has a row', () => {
  const documented = rows.flatMap(([, exit]) => exit!.split(', '));
  expect(Object.values(errors.EXIT).filter((status) => !documented.includes(`${status}`))).toEqual([]);
});

test('every area of codes has a row', () => {
  const areas = new Set(raised.map((code) => code.split('.')[0]!));
  expect(areas.size).toBeGreaterThan(15);
  const documented = rows.flatMap(([, cell]) => [...cell!.matchAll(/`([a-z0-9]+)`/g)].map(([, area]) => area!));
  expect([...areas].filter((area) => !documented.includes(area))).toEqual([]);
});

test('every code that the page names exists', () => {
  const named = [...page.matchAll(/`([a-z0-9]+\.[a-z0-9-]+)`/g)].map(([, code]) => code!);
  expect(named.length).toBeGreaterThan(50);
  const everything = sources.join('\n');
  // System errors appear by their names, which no source lists.
  const isSystemError = (code: string) => /^(source|target)\.e[a-z]+$/.test(code);
  expect(named.filter((code) => !isSystemError(code) && !everything.includes(`'${code}'`))).toEqual([]);
});
