// The comparison in the format's README: every row names tests, and there are such tests.
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect, test } from 'vitest';

const root = resolve(import.meta.dirname, '../../../..');
const readme = readFileSync(join(root, 'src/format/squashfs/README.md'), 'utf8');
const table = readme.slice(readme.indexOf('## Compared with mksquashfs'));
const rows = table.split('\n').filter((line) => /^\| (?!feature|-)/.test(line));

/** `switches: name`, `property/squashfs: name`. */
function sourceOf(file: string): string {
  const path = file.includes('/') ? `test/${file}.test.ts` : `test/conformance/squashfs-${file}.test.ts`;
  return readFileSync(join(root, path), 'utf8');
}

test('every row of a present feature names its tests', () => {
  expect(rows.length).toBeGreaterThan(25);
  const bare = rows.filter((row) => !row.includes('"')).map((row) => row.split('|').map((cell) => cell.trim()));
  for (const [, feature, here] of bare) expect(here, feature).toBe('no');
});

test('the tests named are there', () => {
  const named = rows.flatMap((row) => [...row.matchAll(/"([^:"]+): ([^"]+)"/g)]);
  expect(named.length).toBeGreaterThan(rows.length);
  const missing = named.filter(([, file, name]) => !hasTest(sourceOf(file!), name!)).map(([whole]) => whole);
  expect(missing).toEqual([]);
});

/** Names are literal, or templates: then the text before the first placeholder begins the name, and cases give the rest. */
function hasTest(source: string, name: string): boolean {
  if (source.includes(`'${name}`) || source.includes(`\`${name}`)) return true;
  const templates = [...source.matchAll(/\(\s*[`']((?:[^`'$]|\$(?!\{))*)\$\{/g)].map(([, start]) => start!);
  const template = templates.find((start) => name.startsWith(start) && (start !== '' || /^[\w, ]+[ {,]/.test(name)));
  if (template === undefined) return false;
  // The words after the start come from the cases: each of them is in the file.
  return name
    .slice(template.length)
    .split(/[\s,{]+/)
    .every((word) => source.includes(word));
}
