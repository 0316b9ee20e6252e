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
  [/\b(that|which|it|and) (is|are) no (archive|directory|file|image|link|program|rule|text)s?\b/, 'is not a'],
  [/\b(is|are) there already\b/, 'exists'],
  [/\bat the (least|most)\b/, 'at least, at most'],
  [
    /\bof (its|our|their) own(?=[.,:;)]|$| (and|for|from|in|of|on|that|to|with)\b)/,
    'separate, or "its own" before the noun',
  ],
  [/\bbehind (each|it|its|others?|that|the|them|those)\b/i, 'after'],
  [/\bbeside (a|an|each|it|its|other|that|the|them|those)\b/i, 'next to, in addition to'],
  [/\b(held|holds) what it held\b/, 'is as it was before'],
  [/\b(became|becomes) of\b/, 'the result of'],
  [/\bgiven out\b/, 'yielded, allocated'],
  [/\baltogether\b/, 'entirely'],
  [/, (whatever|whichever|wherever) (he|it|its|that|the|they)\b/, 'with any, in any'],
  [/\banew\b/, 'again'],
];
/** A sentence about something instead of a name for it. */
const WHAT = /^(What|Whatever|Whoever|Whichever) /;
/** Folders of code whose comments are read, with the ending of their files. */
const CODE: readonly (readonly [folder: string, ending: RegExp])[] = [
  ['src', /\.ts$/],
  ['scripts', /\.(js|ts|sh)$/],
  ['bench', /\.js$/],
  ['examples', /\.js$/],
  ['findings', /\.sh$/],
  ['native/src', /\.rs$/],
  ['native/tests', /\.rs$/],
  ['native/codecs', /\.[ch]$/],
  ['test', /\.ts$/],
  ['web', /\.ts$/],
];

interface Passage {
  readonly place: string;
  readonly text: string;
}

const filesIn = (directory: string, ending: RegExp) =>
  readdirSync(join(root, directory), { recursive: true, encoding: 'utf8' })
    .filter((name) => ending.test(name))
    .map((name) => join(root, directory, name));

/** The comments of a file that have their own lines, neighbouring lines joined. */
function comments(file: string): Passage[] {
  const found: Passage[] = [];
  let isOpen = false;
  const line = file.endsWith('.sh') ? /^\s*(#)(?:\s|$)(.*)$/ : /^\s*(\/\/[/!]?|\/\*\*?|\*\/?)(?:\s|$)(.*)$/;
  for (const [index, whole] of readFileSync(file, 'utf8').split('\n').entries()) {
    const [, mark, rest] = line.exec(whole) ?? [];
    const begins = mark !== undefined && (!isOpen || mark.startsWith('/*'));
    isOpen = mark !== undefined && !whole.trimEnd().endsWith('*/');
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

/** Names of suites and tests, which reports show as sentences. */
function titles(file: string): Passage[] {
  return readFileSync(file, 'utf8')
    .split('\n')
    .flatMap((line, index) => {
      const [, , text] = /^\s*(?:test|it|describe)\b.*?\((['"`])(.*?)\1/.exec(line) ?? [];
      return text === undefined ? [] : [{ place: `${relative(root, file)}:${index + 1}`, text }];
    });
}

test('comments', () => {
  const all = CODE.flatMap(([folder, ending]) => filesIn(folder, ending)).flatMap(comments);
  expect(all.length).toBeGreaterThan(5000);
  expect(faults(all, [...WORDINGS, [WHAT, 'a name for it']])).toEqual([]);
});

test('names of tests', () => {
  const all = filesIn('test', /\.test\.ts$/).flatMap(titles);
  expect(all.length).toBeGreaterThan(1000);
  expect(faults(all, WORDINGS)).toEqual([]);
});

test('pages', () => {
  const folders = ['docs', 'examples', 'findings', 'src', 'native', 'bench', 'test', 'schemas'];
  const pages = folders.flatMap((directory) => filesIn(directory, /\.md$/));
  const top = ['README.md', 'CONTRIBUTING.md', 'SECURITY.md'].map((name) => join(root, name));
  const all = [...pages, ...top].filter((page) => !page.includes('/target/'));
  expect(all.length).toBeGreaterThan(30);
  const passages = all.flatMap((page) =>
    readFileSync(page, 'utf8')
      .split('\n')
      .map((text, index) => ({ place: `${relative(root, page)}:${index + 1}`, text })),
  );
  expect(faults(passages, WORDINGS)).toEqual([]);
});
