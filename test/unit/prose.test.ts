// Comments and pages: no wordings that a native reader would have to translate.
import { readdirSync, readFileSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { expect, test } from 'vitest';

const root = resolve(import.meta.dirname, '../..');

/** A wording, and a plain one in its place. */
const WORDINGS: readonly (readonly [RegExp, string])[] = [
  [/\bone behind the other\b/i, 'back to back, in turn'],
  [/\b(that|which|it) (is|are) none\b/, 'is not one'],
  [/\bwhere there (is|are) none\b/, 'if there is none'],
  [/\b(at least|exactly|of|in) so many\b/i, 'a number by its name'],
  [/\blies? (in|at|on|behind|before|after|within|where)\b/, 'is'],
  [/\bstands? (in the|at the|behind|before)\b/, 'is'],
  [/\bno part of\b/, 'not part of'],
  [/\b(is|are) told (of|by|before)\b/, 'is reported'],
];
/** A sentence about something instead of a name for it. */
const WHAT = /^(What|Whatever|Whoever) /;
/** Folders whose comments have been read with this in mind. */
const FOLDERS = [
  'bytes',
  'io',
  'options',
  'native',
  'tree',
  'source',
  'compress',
  'disc',
  'image',
  'public',
  'cli',
].concat(
  ['ext4', 'squashfs', 'iso9660', 'udf', 'fat', 'gpt', 'mbr', 'cpio', 'eltorito', 'checkmedia'].map(
    (name) => `format/${name}`,
  ),
);

interface Passage {
  readonly place: string;
  readonly text: string;
}

const filesIn = (directory: string, end: string) =>
  readdirSync(join(root, directory), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith(end))
    .map((name) => join(root, directory, name));

/** The comments of a file that have their own lines, neighbouring lines joined. */
function comments(file: string): Passage[] {
  const found: Passage[] = [];
  let isOpen = false;
  for (const [index, line] of readFileSync(file, 'utf8').split('\n').entries()) {
    const [, mark, rest] = /^\s*(\/\/|\/\*\*?|\*\/?)(?:\s|$)(.*)$/.exec(line) ?? [];
    const begins = mark !== undefined && (!isOpen || mark.startsWith('/*'));
    isOpen = mark !== undefined && !line.trimEnd().endsWith('*/');
    if (mark === undefined) continue;
    const text = rest!.replace(/\s*\*\/$/, '').replace(/`[^`]*`/g, '`…`');
    const last = found.at(-1);
    if (begins || !last) found.push({ place: `${relative(root, file)}:${index + 1}`, text });
    else found[found.length - 1] = { ...last, text: `${last.text} ${text}`.trim() };
  }
  return found;
}

function faults(passages: readonly Passage[], wordings: readonly (readonly [RegExp, string])[]): string[] {
  return passages.flatMap(({ place, text }) =>
    wordings.flatMap(([pattern, plain]) => {
      const found = pattern.exec(text);
      return found ? [`${place}: "${found[0]}", better: ${plain}`] : [];
    }),
  );
}

test('comments', () => {
  const all = FOLDERS.flatMap((folder) => filesIn(`src/${folder}`, '.ts')).flatMap(comments);
  expect(all.length).toBeGreaterThan(2000);
  expect(faults(all, [...WORDINGS, [WHAT, 'a name for it']])).toEqual([]);
});

test('pages', () => {
  const pages = ['docs', 'examples', 'findings'].flatMap((directory) => filesIn(directory, '.md'));
  const readmes = FOLDERS.flatMap((folder) => filesIn(`src/${folder}`, 'README.md'));
  const all = [
    ...pages,
    ...readmes,
    ...['README.md', 'CONTRIBUTING.md', 'SECURITY.md'].map((name) => join(root, name)),
  ];
  expect(all.length).toBeGreaterThan(20);
  const passages = all.flatMap((page) =>
    readFileSync(page, 'utf8')
      .split('\n')
      .map((text, index) => ({ place: `${relative(root, page)}:${index + 1}`, text })),
  );
  expect(faults(passages, WORDINGS)).toEqual([]);
});
