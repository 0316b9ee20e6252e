// docs/findings.md lists every code with its severity and its advice.
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { expect, test } from 'vitest';
import { RULES } from '../../../src/verify/index.js';

const page = readFileSync(resolve(import.meta.dirname, '../../../docs/findings.md'), 'utf8');

test('the page has a row for each code, in the order of the table', () => {
  const rows = [...page.matchAll(/^\| `([a-z0-9.-]+)` *\| (\w+) *\| (.*?) *\|$/gm)].map(([, ...cells]) => cells);
  expect(rows).toEqual(Object.entries(RULES).map(([code, [severity, advice]]) => [code, severity, advice]));
  expect(rows.length).toBeGreaterThan(80);
});
