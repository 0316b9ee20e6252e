// The folder of findings: every script is in the list, and every script that a document names exists.
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect, test } from 'vitest';

const root = resolve(import.meta.dirname, '../..');
const scripts = readdirSync(join(root, 'findings')).filter((name) => name.endsWith('.sh'));
const list = readFileSync(join(root, 'findings/README.md'), 'utf8');

test('every script is in the list, can be run, and does not use isopress', () => {
  expect([...list.matchAll(/\]\(([\w-]+\.sh)\)/g)].map(([, name]) => name).toSorted()).toEqual(scripts.toSorted());
  for (const name of scripts) {
    const path = join(root, 'findings', name);
    expect(statSync(path).mode & 0o111, name).not.toBe(0);
    expect(readFileSync(path, 'utf8'), name).not.toMatch(/\bisopress\b|dist\/cli/);
  }
});

test('every finding that a page names exists', () => {
  const pages = ['src', 'docs'].flatMap((dir) =>
    readdirSync(join(root, dir), { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.md'))
      .map((name) => join(root, dir, name)),
  );
  const named = pages.flatMap((page) =>
    [...readFileSync(page, 'utf8').matchAll(/findings\/([a-z\d-]+)`/g)].map(([, name]) => `${name}.sh`),
  );
  expect(named.length).toBeGreaterThan(2);
  expect(named.filter((name) => !scripts.includes(name))).toEqual([]);
});
