// Enforces the layers of docs/architecture.md: which folder imports which, by which files, and no cycles.
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import ts from 'typescript';
import { describe, expect, test } from 'vitest';
import { files, folderOf, formatOf, imports, loadedWith, parsed, root, shown, source } from '../support/source-tree.js';

/** The layer of each folder, as docs/architecture.md has it. */
const LAYERS = layersOf(readFileSync(join(root, 'docs/architecture.md'), 'utf8'));
/** Imports within a layer. */
const NEIGHBOURS: Readonly<Record<string, readonly string[]>> = {
  bytes: ['errors'],
  options: ['bytes', 'errors'],
  io: ['native'],
  compress: ['io', 'native'],
  verify: ['image'],
  diff: ['image', 'live'],
  map: ['image', 'live'],
  page: ['image', 'map'],
};
/** Lower folders that a folder does without: a tree is not compressed, and who compresses does not choose the engine. */
const BARRED: Readonly<Record<string, readonly string[]>> = {
  native: ['options'],
  io: ['options'],
  compress: ['options'],
  tree: ['options', 'native', 'compress', 'cache'],
  source: ['options'],
  extract: ['options', 'compress'],
  format: ['native'],
  disc: ['native', 'compress', 'source', 'extract'],
  image: ['native', 'options', 'extract'],
  diff: ['native', 'options', 'compress', 'source', 'extract'],
  verify: ['native', 'options', 'compress', 'source', 'extract'],
  map: ['native', 'options', 'compress', 'source', 'extract'],
  page: ['native', 'options', 'compress', 'tree', 'source', 'extract', 'format'],
  live: ['extract'],
  public: ['options'],
};
/** Files outside folders: the package itself, and the names that only commands use. */
const FACES: Readonly<Record<string, (folder: string) => boolean>> = {
  index: (folder) => folder === 'public' || folder === 'version',
  internal: (folder) => folder !== 'public' && folder in LAYERS,
  version: () => false,
};
/** Packages and modules of Node.js that a folder may import. */
const PACKAGES: Readonly<Record<string, readonly string[]>> = {
  native: ['node:module', 'node:fs', 'node:os'],
  io: [
    'node:fs',
    'node:fs/promises',
    'node:crypto',
    'node:stream',
    'node:util',
    '@noble/hashes/legacy.js',
    '@noble/hashes/sha2.js',
  ],
  compress: [
    'node:zlib',
    'node:worker_threads',
    'node:crypto',
    'node:fs',
    'node:module',
    'node:path',
    'node:url',
    'pako',
    'lz4js',
    'xz-decompress',
  ],
  cache: ['node:fs', 'node:fs/promises', 'node:http', 'node:https', 'node:path'],
  source: [
    'node:fs',
    'node:fs/promises',
    'node:http',
    'node:https',
    'node:module',
    'node:path',
    'node:tls',
    'node:util',
    'fs-native-extensions',
  ],
  extract: ['node:fs', 'node:fs/promises', 'node:util'],
  live: [
    'node:fs',
    'node:fs/promises',
    'node:child_process',
    'node:path',
    'node:readline',
    'node:os',
    're2js',
    'packageurl-js',
    'saxes',
    'spdx-expression-parse',
    'toml-eslint-parser',
    'yaml',
  ],
  cli: [
    'node:child_process',
    'node:crypto',
    'node:fs',
    'node:fs/promises',
    'node:os',
    'node:path',
    'node:process',
    'node:v8',
    'commander',
  ],
};

/** Formats whose content may be placed on a disc; everything else arrives as content. */
const DISC_FORMATS = ['iso9660', 'udf', 'eltorito', 'mbr', 'gpt', 'fat', 'checkmedia'];

/** `| 0 | `bytes`, `errors` | … |`: the layer of each folder. */
function layersOf(page: string): Readonly<Record<string, number>> {
  const rows = [...page.matchAll(/^\|\s*(\d)\s*\|([^|]*)\|/gm)];
  return Object.fromEntries(
    rows.flatMap(([, layer, folders]) =>
      [...folders!.matchAll(/`(\w+)`/g)].map(([, folder]) => [folder!, Number(layer)]),
    ),
  );
}

function mayImport(folder: string, other: string): boolean {
  if (folder in FACES) return FACES[folder]!(other);
  if (other === 'version') return folder === 'cli' || folder === 'live';
  const [above, below] = [LAYERS[folder], LAYERS[other]];
  if (above === undefined || below === undefined || BARRED[folder]?.includes(other)) return false;
  return below < above || (NEIGHBOURS[folder] ?? []).includes(other);
}

/** Names of values, not types, that a file imports from other folders. */
function valuesFrom(file: string, tree: ts.SourceFile): { file: string; name: string }[] {
  return tree.statements.flatMap((statement) => {
    if (!ts.isImportDeclaration(statement) || !ts.isStringLiteral(statement.moduleSpecifier)) return [];
    const from = statement.moduleSpecifier.text;
    const names = statement.importClause?.namedBindings;
    const isOther = from.startsWith('.') && folderOf(resolve(dirname(file), from)) !== folderOf(file);
    if (!isOther || !names || !ts.isNamedImports(names) || ts.isTypeOnlyImportDeclaration(statement.importClause!))
      return [];
    return names.elements
      .filter((name) => !name.isTypeOnly)
      .map((name) => ({ file, name: (name.propertyName ?? name.name).text }));
  });
}

describe('imports', () => {
  test('every folder has its layer on the page, and imports only what is below it', () => {
    const folders = readdirSync(source, { withFileTypes: true }).filter((entry) => entry.isDirectory());
    expect(Object.keys({ ...LAYERS, errors: 0 }).sort()).toEqual([...folders.map(({ name }) => name), 'errors'].sort());
    const broken = imports.filter(({ file, specifier, target }) => {
      const folder = folderOf(file);
      if (!target) return !(PACKAGES[folder] ?? []).includes(specifier);
      return folderOf(target) !== folder && !mayImport(folder, folderOf(target));
    });
    expect(broken.map(({ file, specifier }) => `${shown(file)} imports ${specifier}`)).toEqual([]);
  });

  test('no format knows another format, and the disc only those that share it', () => {
    const broken = imports.filter(({ file, target }) => {
      const imported = target && formatOf(target);
      if (!imported) return false;
      const own = formatOf(file);
      if (own) return own !== imported;
      return folderOf(file) === 'disc' && !DISC_FORMATS.includes(imported);
    });
    expect(broken.map(({ file, specifier }) => `${shown(file)} imports ${specifier}`)).toEqual([]);
  });

  test('folders above the formats import another folder by its index, or by the values of its options', () => {
    const broken = imports.filter(({ file, target }) => {
      if (!target || !['disc', 'live', 'verify', 'diff', 'cli', 'public', 'internal'].includes(folderOf(file)))
        return false;
      const isSame = folderOf(target) === folderOf(file);
      return (
        !isSame && !/\/(index|option-values)\.ts$/.test(target) && !['errors', 'version'].includes(folderOf(target))
      );
    });
    expect(broken.map(({ file, specifier }) => `${shown(file)} imports ${specifier}`)).toEqual([]);
  });

  test('help loads no format and no engine: declarations of commands and values of options load neither', () => {
    const declarations = files.filter((file) => file.includes('/cli/commands/'));
    const values = files.filter((file) => file.endsWith('/option-values.ts'));
    const program = join(source, 'cli/program.ts');
    expect(declarations.length).toBeGreaterThan(10);
    // All that reads, writes or compresses loads one of these.
    const heavy = ['io', 'native', 'compress', 'tree'].map((folder) => join(source, folder, 'index.ts'));
    const faults = [program, ...declarations, ...values].flatMap((file) => {
      const loaded = loadedWith(file);
      return heavy.filter((index) => loaded.has(index)).map((index) => `${shown(file)} loads ${shown(index)}`);
    });
    expect(faults).toEqual([]);
  });

  test('commands use nothing that the library does not offer, but for a list of what is theirs alone', async () => {
    const offered = new Set(
      [
        await import('../../src/index.js'),
        await import('../../src/public/live.js'),
        await import('../../src/public/edit.js'),
        await import('../../src/public/map.js'),
      ].flatMap(Object.keys),
    );
    const internal = new Set(Object.keys(await import('../../src/internal.js')));
    const used = [...parsed]
      .filter(([file]) => folderOf(file) === 'cli')
      .flatMap(([file, tree]) => valuesFrom(file, tree));
    const allowed = ({ name }: { name: string }) => offered.has(name) || internal.has(name);
    expect(used.filter((use) => !allowed(use)).map(({ file, name }) => `${shown(file)} uses ${name}`)).toEqual([]);
    const names = new Set(used.map(({ name }) => name));
    expect([...internal].filter((name) => offered.has(name) || !names.has(name))).toEqual([]);
  });

  test('every public name is listed: the package as a whole takes in only modules that list theirs', () => {
    const lists = (specifier: string) => /^\.\/public\/\w+\.js$/.test(specifier);
    const faces = [...parsed].filter(([file]) => ['public', 'index', 'internal'].includes(folderOf(file)));
    const open = faces.filter(([file, tree]) =>
      tree.statements.some((statement) => {
        if (!ts.isExportDeclaration(statement) || statement.exportClause) return false;
        const from = statement.moduleSpecifier;
        return folderOf(file) !== 'index' || !from || !ts.isStringLiteral(from) || !lists(from.text);
      }),
    );
    expect(open.map(([file]) => shown(file))).toEqual([]);
  });

  test('only io knows how content can be had faster than by its pieces', () => {
    const knowing = [...parsed].filter(
      ([file, tree]) => folderOf(file) !== 'io' && /\bFAST\b|fast-path/.test(tree.text),
    );
    expect(knowing.map(([file]) => shown(file))).toEqual([]);
    const index = parsed.get(join(source, 'io/index.ts'))!.text;
    expect(index).not.toMatch(/\bFAST\b|fast-path/);
  });

  test('there are no cycles', () => {
    const edges = new Map<string, string[]>();
    for (const { file, target } of imports) if (target) edges.set(file, [...(edges.get(file) ?? []), target]);
    const state = new Map<string, 'open' | 'done'>();
    const cycles: string[] = [];
    const visit = (file: string, path: readonly string[]) => {
      if (state.get(file) === 'open') cycles.push([...path.slice(path.indexOf(file)), file].map(shown).join(' → '));
      if (state.has(file)) return;
      state.set(file, 'open');
      for (const next of edges.get(file) ?? []) visit(next, [...path, file]);
      state.set(file, 'done');
    };
    for (const file of files) visit(file, []);
    expect(cycles).toEqual([]);
  });
});
