// Texts below the command name options as data: no flag is spelled there, and what is named is an option that some command has.
import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import ts from 'typescript';
import { expect, test } from 'vitest';
import { optionFlag } from '../../src/cli/option-words.js';
import { program } from '../../src/cli/program.js';

const source = resolve(import.meta.dirname, '../../src');
const commands = (await program([])).commands;
const flags = new Set(commands.flatMap(({ options }) => options.flatMap(({ long }) => (long ? [long] : []))));

const below = readdirSync(source, { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.ts') && !name.startsWith('cli/'))
  .map((name) => {
    const text = readFileSync(join(source, name), 'utf8');
    return { name, tree: ts.createSourceFile(name, text, ts.ScriptTarget.ES2023, true) };
  });

function* nodes(node: ts.Node): Generator<ts.Node> {
  yield node;
  for (const child of node.getChildren()) yield* nodes(child);
}

/**
 * An argument of an external tool: a whole literal, or the beginning of one, in a list; or such a tool's option as the key of
 * a table.
 */
function isArgument(node: ts.Node): boolean {
  if (ts.isPropertyAssignment(node.parent) && node.parent.name === node) return true;
  const literal = ts.isTemplateHead(node) ? node.parent : node;
  return ts.isArrayLiteralExpression(literal.parent) && /^\s*--[a-z-]+(=.*)?$/.test((node as ts.LiteralLikeNode).text);
}

function flagsIn({ name, tree }: (typeof below)[number]): string[] {
  return [...nodes(tree)].flatMap((node) => {
    if (!ts.isStringLiteralLike(node) && !ts.isTemplateMiddleOrTemplateTail(node) && !ts.isTemplateHead(node))
      return [];
    const found = [...node.text.matchAll(/(?<![\w-])--[a-z][a-z0-9-]+/g)].filter(([flag]) => flags.has(flag));
    if (found.length === 0 || isArgument(node)) return [];
    const line = tree.getLineAndCharacterOfPosition(node.getStart()).line + 1;
    return found.map(([flag]) => `${name}:${line} ${flag}`);
  });
}

/** Names in `option('name', …)` and `{ option: 'name' }`. */
function optionsIn({ tree }: (typeof below)[number]): string[] {
  return [...nodes(tree)].flatMap((node) => {
    const named =
      ts.isCallExpression(node) && node.expression.getText() === 'option'
        ? node.arguments[0]
        : ts.isPropertyAssignment(node) && node.name.getText() === 'option'
          ? node.initializer
          : undefined;
    return named && ts.isStringLiteralLike(named) ? [named.text] : [];
  });
}

test('no flag of a command is spelled below the command', () => {
  expect(flags.size).toBeGreaterThan(50);
  expect(below.flatMap(flagsIn)).toEqual([]);
});

test('every option that a text names is an option of a command', () => {
  const named = new Set(below.flatMap(optionsIn));
  expect(named.size).toBeGreaterThan(20);
  const unknown = [...named].filter((option) => {
    const flag = optionFlag({ option });
    return !flags.has(flag) && !flags.has(flag.replace(/^--/, '--no-'));
  });
  expect(unknown).toEqual([]);
});
