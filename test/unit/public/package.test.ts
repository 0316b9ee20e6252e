// What npm publishes: every entry of the manifest and every link of its pages leads to a file in the package.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { dirname, join, normalize, resolve } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';

const root = resolve(import.meta.dirname, '../../..');
const read = (path: string) => readFileSync(join(root, path), 'utf8');

describe('the package', () => {
  let shipped = new Set<string>();

  beforeAll(() => {
    const args = ['pack', '--dry-run', '--json', '--ignore-scripts', '--offline'];
    const [packed] = JSON.parse(execFileSync('npm', args, { cwd: root, encoding: 'utf8', maxBuffer: 2 ** 28 }));
    shipped = new Set(packed.files.map(({ path }: { path: string }) => path));
  });

  test('has what its entry points name', () => {
    const { exports, bin } = JSON.parse(read('package.json'));
    const targets = [...Object.values(exports), ...Object.values(bin)].flatMap((target) =>
      typeof target === 'string' ? [target] : Object.values(target as Record<string, string>),
    );
    expect(targets.length).toBeGreaterThan(20);
    const isShipped = (target: string) => {
      const [start, end] = normalize(target).split('*');
      return end === undefined
        ? shipped.has(start!)
        : [...shipped].some((at) => at.startsWith(start!) && at.endsWith(end));
    };
    expect(targets.filter((target) => !isShipped(target))).toEqual([]);
  });

  test('has what README and the pages in docs link to', () => {
    const pages = [...shipped].filter((path) => /^(README|docs\/[^/]+|examples\/[^/]+)\.md$/.test(path));
    expect(pages.length).toBeGreaterThan(5);
    const links = pages.flatMap((page) =>
      [...read(page).matchAll(/\]\((?!https?:)([^)#]+)/g)].map(([, link]) => ({ page, link: link! })),
    );
    expect(links.filter(({ page, link }) => !shipped.has(join(dirname(page), link)))).toEqual([]);
  });

  test('declares no generic typed array, which TypeScript before 5.7 does not have', () => {
    const declarations = [...shipped].filter((path) => path.endsWith('.d.ts'));
    expect(declarations.length).toBeGreaterThan(100);
    expect(declarations.filter((path) => /<ArrayBuffer(Like)?>/.test(read(path)))).toEqual([]);
  });

  test('has no map that needs a source file', () => {
    const maps = [...shipped].filter((path) => path.endsWith('.map'));
    const without = maps.filter((path) => {
      const { sources, sourcesContent } = JSON.parse(read(path));
      return sourcesContent?.length !== sources.length;
    });
    expect(without).toEqual([]);
  });
});
