// Each subpath of the package loads its format, and nothing of the others; short commands load few files.
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import ts from 'typescript';
import { describe, expect, test } from 'vitest';
import { isopress } from '../../support/command.js';

const root = resolve(import.meta.dirname, '../../..');
const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
const dist = join(root, 'dist');

/** Every module that loading `entry` loads at once: by static imports of the compiled code. */
function loadedBy(entry: string): string[] {
  const seen = new Set<string>();
  const visit = (file: string) => {
    if (seen.has(file)) return;
    seen.add(file);
    const tree = ts.createSourceFile(file, readFileSync(file, 'utf8'), ts.ScriptTarget.ES2023);
    for (const statement of tree.statements) {
      if (!ts.isImportDeclaration(statement) && !ts.isExportDeclaration(statement)) continue;
      const from = statement.moduleSpecifier;
      if (from && ts.isStringLiteral(from) && from.text.startsWith('.')) visit(resolve(dirname(file), from.text));
    }
  };
  visit(join(root, entry));
  return [...seen].map((file) => relative(dist, file));
}

const foldersOf = (subpath: string) =>
  new Set(loadedBy(manifest.exports[subpath].default).map((file) => file.match(/^(format\/)?[^/.]+/)?.[0]));

/** The subpaths that have a folder below the discs, with the format that they are for. */
const subpaths = Object.keys(manifest.exports).flatMap((subpath): [string, string[]][] => {
  const name = subpath.slice(2);
  if (existsSync(join(root, 'src/format', name, 'index.ts'))) return [[subpath, [`format/${name}`]]];
  return ['tree', 'source', 'io'].includes(name) ? [[subpath, []]] : [];
});

describe('loading', () => {
  test.each(subpaths)('isopress%s loads no format but its own', (subpath, formats) => {
    expect(subpaths.length).toBeGreaterThan(6);
    const folders = [...foldersOf(subpath)];
    expect(folders.filter((folder) => /^(format|disc|image|live|cli)/.test(folder ?? '')).sort()).toEqual(formats);
  });

  test('isopress itself leaves the live builder for the first build', () => {
    expect([...foldersOf('.')]).not.toContain('live');
  });

  test('isopress/ext4 loads less than half of what isopress does', () => {
    const modules = (subpath: string) => loadedBy(manifest.exports[subpath].default).length;
    expect(modules('./ext4')).toBeLessThan(modules('.') / 2);
  });
});

/** Prints the address of every file that a program loads as a module. */
const TRACE = `
  import { register } from 'node:module';
  const hooks = \`
    import { writeSync } from 'node:fs';
    export async function load(url, context, next) {
      if (url.startsWith('file:')) writeSync(2, 'loaded ' + url + '\\\\n');
      return next(url, context);
    }\`;
  register('data:text/javascript,' + encodeURIComponent(hooks));`;

/** The files that a command line loads as modules, by what Node.js itself asks for. */
function filesOf(args: readonly string[], expected: number): string[] {
  const preload = `data:text/javascript,${encodeURIComponent(TRACE)}`;
  const { status, stderr } = isopress(args, { env: { NODE_OPTIONS: `--no-deprecation --import=${preload}` } });
  expect(status, stderr).toBe(expected);
  return [...stderr.matchAll(/^loaded file:\/\/(.*)$/gm)].map(([, path]) => relative(root, path!));
}

describe('a command', () => {
  test.each([
    [8, ['--version']],
    [6, ['ext4', '--help']],
    [6, ['build', '--help']],
    [28, ['--help']],
    [18, ['ext4', '--plan', 'schemas', 'no.ext4']],
    [18, ['iso', '--plan', 'schemas', 'no.iso']],
    [18, ['squashfs', '--plan', 'schemas', 'no.squashfs']],
    [18, ['erofs', '--plan', 'schemas', 'no.erofs']],
  ])('loads at most %d files: isopress %j', (most, args) => {
    const files = filesOf(args, 0);
    expect(files).toContain('dist/cli/main.js');
    expect(files.length, files.join('\n')).toBeLessThanOrEqual(most);
    expect(files.filter((file) => file.startsWith('node_modules/'))).toEqual([]);
  });

  test.each([
    [5, 18, ['ls', 'package.json']],
    [5, 18, ['extract', 'package.json', 'no']],
    [3, 22, ['edit', '--plan', 'package.json']],
  ])('that ends with %d at its image loads at most %d files: isopress %j', (status, most, args) => {
    const files = filesOf(args, status);
    expect(files.length, files.join('\n')).toBeLessThanOrEqual(most);
  });
});
