// The page on ext4 names a test for each feature; those tests must exist.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect, test } from 'vitest';

const project = resolve(import.meta.dirname, '../../../..');
const page = readFileSync(join(project, 'src/format/ext4/README.md'), 'utf8');
const table = page.split('\n').filter((line) => /^\|.*\|.*\|.*\|.*\|$/.test(line) && !/proved by|---/.test(line));

/** `**F** ` and the like: which letter stands for which suites. */
const suites = new Map(
  [...page.matchAll(/\*\*([A-Z])\*\* `([a-z]+\/[a-z0-9/-]+)`/g)].map(([, letter, name]) => [letter!, name!]),
);

function sourceOf(letter: string): string {
  const name = suites.get(letter);
  if (name === undefined) throw new Error(`No suite has the letter ${letter}.`);
  const one = join(project, 'test', `${name}.test.ts`);
  if (existsSync(one)) return readFileSync(one, 'utf8');
  const folder = join(project, 'test', name);
  return readdirSync(folder)
    .map((file) => readFileSync(join(folder, file), 'utf8'))
    .join('\n');
}

/** `F _name_, _name_; K *name*` as pairs. */
function proofsOf(cell: string): [letter: string, name: string][] {
  return cell.split(';').flatMap((part) => {
    const letter = /^\s*([A-Z]) /.exec(part)?.[1] ?? '';
    const names = [...part.matchAll(/(?:_([^_].*?)_|\*([^*].*?)\*)(?=,|\s*$)/g)].map((match) => match[1] ?? match[2]!);
    return names.map((name): [string, string] => [letter, name]);
  });
}

test('every feature of the table is proved by tests that exist', () => {
  expect(table.length).toBeGreaterThan(30);
  const missing = table.flatMap((row) => {
    const proofs = proofsOf(row.split('|').at(-2)!);
    if (proofs.length === 0) return [`nothing proves: ${row}`];
    return proofs.filter(([letter, name]) => !sourceOf(letter).includes(name.replace(/ …: .*$/, ' '))).map(String);
  });
  expect(missing).toEqual([]);
});
