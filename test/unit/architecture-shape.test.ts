// Enforces the shape of src/: no clock below the command, the roles of formats, folders of the live builder, sizes of files and functions.
import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import ts from 'typescript';
import { describe, expect, test } from 'vitest';
import { folderOf, parsed, root, shown, source } from '../support/source-tree.js';

const MOST_LINES = 400;
const MOST_FUNCTION_LINES = 60;

describe('clock, randomness, process and console stay in the command', () => {
  const forbidden = new Set(['Date.now', 'Math.random', 'performance.now', 'crypto.randomBytes', 'crypto.randomUUID']);
  const globals = new Set(['process', 'console']);
  // The version of the zlib that Node was built with names an engine; it is a constant of the program that runs.
  const allowed = new Set(['process.versions']);

  function offences(file: string, tree: ts.SourceFile): string[] {
    const found: string[] = [];
    const visit = (node: ts.Node) => {
      const isProperty = ts.isPropertyAccessExpression(node) && ts.isIdentifier(node.expression);
      const name = isProperty ? `${(node.expression as ts.Identifier).text}.${node.name.text}` : '';
      const reaches = isProperty && globals.has((node.expression as ts.Identifier).text) && !allowed.has(name);
      const asksClock = ts.isNewExpression(node) && node.expression.getText() === 'Date' && !node.arguments?.length;
      if (reaches || asksClock || forbidden.has(name)) {
        found.push(`${shown(file)}:${tree.getLineAndCharacterOfPosition(node.getStart()).line + 1}`);
      }
      ts.forEachChild(node, visit);
    };
    visit(tree);
    return found;
  }

  test('everywhere', () => {
    const below = [...parsed].filter(([file]) => folderOf(file) !== 'cli');
    expect(below.flatMap(([file, tree]) => offences(file, tree))).toEqual([]);
  });
});

describe('the folder of a format', () => {
  const folder = join(source, 'format');
  const formats = readdirSync(folder).map((name) => ({ name, roles: readdirSync(join(folder, name)) }));
  const lacking = (roles: readonly RegExp[], which: (roles: readonly string[]) => boolean) =>
    formats
      .filter((one) => which(one.roles))
      .flatMap(({ name, roles: own }) =>
        roles.filter((role) => !own.some((file) => role.test(file))).map((role) => `${name} has no ${role.source}`),
      );

  test('has the roles that CONTRIBUTING.md promises', () => {
    expect(formats.length).toBeGreaterThan(10);
    const isWritten = (roles: readonly string[]) => roles.includes('plan.ts');
    const isRead = (roles: readonly string[]) => roles.includes('read.ts') && roles.includes('read-tree.ts');
    expect(lacking([/^README\.md$/, /^index\.ts$/], () => true)).toEqual([]);
    // UDF takes the options of the disc that it is on.
    expect(lacking([/^emit(-\w+)?\.ts$/], isWritten)).toEqual([]);
    expect(lacking([/^options\.ts$/], (roles) => isWritten(roles) && !roles.includes('read-sequence.ts'))).toEqual([]);
    expect(lacking([/^format\.ts$/, /^areas\.ts$/], isRead)).toEqual([]);
  });

  test('is known by its ImageFormat, which one list names', () => {
    const list = parsed.get(join(source, 'image/formats.ts'))!.text;
    const unlisted = formats.filter(
      ({ name, roles }) => roles.includes('format.ts') && !list.includes(`/format/${name}/index.js`),
    );
    expect(unlisted.map(({ name }) => name)).toEqual([]);
  });
});

describe('the live folder', () => {
  const live = [...parsed].filter(([file]) => folderOf(file) === 'live');
  const inLive = (file: string) => relative(join(source, 'live'), file);

  test('keeps every file in a folder', () => {
    const loose = live.map(([file]) => inLive(file)).filter((name) => !name.includes('/'));
    expect(loose).toEqual(['index.ts', 'option-values.ts']);
  });

  test('names generations in their table and the grammar alone: others ask for a rule', () => {
    const found: string[] = [];
    for (const [file, tree] of parsed) {
      if (inLive(file).startsWith('description/')) continue;
      const visit = (node: ts.Node) => {
        const isName = ts.isStringLiteralLike(node) && /^kiwi-\d/.test(node.text);
        if (isName || (ts.isIdentifier(node) && node.text === 'isOlder')) {
          found.push(`${shown(file)}:${tree.getLineAndCharacterOfPosition(node.getStart()).line + 1}`);
        }
        ts.forEachChild(node, visit);
      };
      visit(tree);
    }
    expect(found).toEqual([]);
  });
});

describe('sizes', () => {
  test(`no file has more than ${MOST_LINES} lines`, () => {
    const all = ['src', 'test', 'bench', 'scripts', 'web'].flatMap((dir) =>
      readdirSync(join(root, dir), { recursive: true, encoding: 'utf8' })
        .filter((name) => /\.[jt]s$/.test(name))
        .map((name) => join(root, dir, name)),
    );
    const long = all.filter((file) => readFileSync(file, 'utf8').split('\n').length - 1 > MOST_LINES);
    expect(long.map(shown)).toEqual([]);
  });

  test(`no function has more than ${MOST_FUNCTION_LINES} lines`, () => {
    const long: string[] = [];
    for (const [file, tree] of parsed) {
      const line = (position: number) => tree.getLineAndCharacterOfPosition(position).line;
      const visit = (node: ts.Node) => {
        if (ts.isFunctionLike(node) && 'body' in node && node.body) {
          const lines = line(node.getEnd()) - line(node.getStart()) + 1;
          if (lines > MOST_FUNCTION_LINES) long.push(`${shown(file)}:${line(node.getStart()) + 1} has ${lines} lines`);
        }
        ts.forEachChild(node, visit);
      };
      visit(tree);
    }
    expect(long).toEqual([]);
  });
});
