// The published package: every entry of the manifest and every link of its pages leads to a file in it.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { dirname, join, normalize, resolve } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';

const root = resolve(import.meta.dirname, '../../..');
const read = (path: string) => readFileSync(join(root, path), 'utf8');

/** The anchors of a page, as npm and forges make them of its headings. */
function headings(page: string): string[] {
  return [...page.matchAll(/^#+ (.*)$/gm)].map(([, text]) =>
    text!
      .toLowerCase()
      .replace(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  );
}

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

  test('has what its pages link to, headings included', () => {
    const pages = [...shipped].filter((path) => path.endsWith('.md'));
    expect(pages).toEqual(expect.arrayContaining(['README.md', 'docs/guides/library.md', 'src/live/README.md']));
    const links = pages.flatMap((page) =>
      [...read(page).matchAll(/\]\((?!https:)([^)#]*)(?:#([^)]+))?\)/g)].map(([, path, heading]) => ({
        page,
        target: path ? join(dirname(page), path) : page,
        heading,
      })),
    );
    expect(links.length).toBeGreaterThan(50);
    const dead = links.filter(
      ({ target, heading }) => !shipped.has(target) || (heading && !headings(read(target)).includes(heading)),
    );
    expect(dead).toEqual([]);
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
