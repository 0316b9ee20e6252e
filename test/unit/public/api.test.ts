// The public face as a whole: every change of it shows in the reports, and every export says what it is.
import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { apiReports, publicExports } from '../../../scripts/api-report.js';

const directory = resolve(import.meta.dirname, '../../../api');
let all: ReturnType<typeof publicExports>;

beforeAll(() => {
  all = publicExports();
});

test('the reports are those of the build: `npm run api` writes them', () => {
  const kept = new Map(readdirSync(directory).map((name) => [name, readFileSync(join(directory, name), 'utf8')]));
  const made = apiReports(all);
  expect([...kept.keys()].sort()).toEqual([...made.keys()].sort());
  for (const [name, text] of made) expect(kept.get(name), name).toBe(text);
});

test('every public export has a doc sentence', () => {
  const silent = [...all].flatMap(([subpath, found]) =>
    found.filter(({ doc }) => !/^.+[.:]/s.test(doc)).map(({ name }) => `${subpath}: ${name}`),
  );
  expect(silent).toEqual([]);
});

test('every type in a public declaration can be imported', () => {
  const hidden = [...all].flatMap(([subpath, found]) =>
    found.flatMap((one) => one.hidden.map((type) => `${subpath}: ${one.name} needs ${type}`)),
  );
  expect(hidden).toEqual([]);
});

test('isopress exports every value and type of the subpaths, but for live builds, edits, maps of images and browsers', () => {
  const names = (subpath: string) => all.get(subpath)!.map(({ name }) => name);
  const top = new Set(names('.'));
  const absent = [...all.keys()].flatMap((subpath) => names(subpath).filter((name) => !top.has(name)));
  const separate = new Set(['./live', './edit', './map', './browser'].flatMap(names));
  expect(absent.filter((name) => !separate.has(name))).toEqual([]);
});
