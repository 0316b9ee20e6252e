// Patterns against awkward names, judged by the excludes of GNU tar and of mksquashfs: both ask fnmatch(3) of the C library.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { type ByteString, bytesOf, compareBytes, fromText, isAscii, toText } from '../../src/bytes/text.js';
import { excludesOf } from '../../src/format/squashfs/mksquashfs-excludes.js';
import { bytesSource } from '../../src/io/memory.js';
import { exclude } from '../../src/tree/exclude.js';
import { FileTree } from '../../src/tree/file-tree.js';
import { directory, file, type Node } from '../../src/tree/node.js';
import { walk } from '../../src/tree/walk.js';
import { isopress } from '../support/command.js';
import { judge, oracle } from '../support/oracle.js';
import fc, { runs } from '../support/random.js';
import { scratchDirectory } from '../support/scratch.js';

const scratch = scratchDirectory();
const source = join(scratch, 'source');

const NAMES = [
  ...[
    '!neg',
    'keep1',
    'keep2',
    'foo(1).txt',
    'foo1.txt',
    '(grp)',
    'grp',
    'u-a\\x2db',
    'u-ax2db',
    'u-a-b',
    '*',
    '**',
    '?',
  ],
  ...[
    '[',
    ']',
    '[]',
    '[a]',
    '[!a]',
    'a',
    'b',
    'c',
    '-',
    '^',
    '!',
    '\\',
    '\\\\',
    'a\\',
    '\\a',
    '{a,b}',
    'a,b',
    '.',
    '.a',
  ],
  ...[
    '..a',
    '...',
    ' ',
    ' a',
    'a ',
    '#',
    '#a',
    '@(a)',
    '+(a)',
    '!(a)',
    '*(a)',
    '?(a)',
    'a|b',
    '$a',
    '^a$',
    'a.b',
    'a+b',
    'aa',
  ],
  ...[
    'A',
    'ä',
    'äb',
    'é',
    'ß',
    '€',
    '𝄞',
    'aäa',
    'a\tb',
    '~',
    'abc',
    'abcabc',
    'z',
    '0',
    '9',
    'a1',
    '1a',
    'foo',
    'keep?',
    "'",
    '"',
  ],
].map(fromText);
/** Latin 1, a sequence cut off, a byte that starts nothing, and mixtures. */
const BYTES = ['\xe9', '\xc3', '\xff', 'a\xe9b', '\x80a', '\xf0\x9d'] as ByteString[];
const names = [...NAMES.filter((name) => name !== '.'), ...BYTES];

function build(): FileTree {
  const leaf = () => file(bytesSource(new Uint8Array()));
  const inner = (): [ByteString, Node][] => names.slice(0, 20).map((name) => [name, leaf()]);
  const deep = directory({}, [['abc' as ByteString, directory({}, inner())], ...inner()]);
  return new FileTree(directory({}, [...names.map((name) => [name, leaf()] as const), ['dir' as ByteString, deep]]));
}

const tree = build();
mkdirSync(source);
for (const { path, node } of walk(tree)) {
  const at = Buffer.concat([Buffer.from(`${source}/`), bytesOf(path)]);
  if (node.kind === 'directory') mkdirSync(at, { recursive: true });
  else writeFileSync(at, '');
}

const kept = (...patterns: readonly ByteString[]): ByteString[] =>
  [...walk(exclude(tree, patterns))].map(({ path }) => path).filter((path) => path !== '');

const sorted = (paths: readonly string[]) => [...new Set(paths)].sort(compareBytes);

/** A set in brackets, which its own grammar keeps from being more than the language has. */
const set = fc
  .tuple(
    fc.constantFrom('', '!', '^'),
    fc.constantFrom('', ']'),
    fc.array(
      fc.constantFrom(
        'a',
        'b-k',
        'a-z',
        '0-9',
        'ä',
        '\\]',
        '\\-',
        '.',
        '*',
        '?',
        '[',
        '[:xdigit:]',
        '[:digit:]',
        '€',
        'z-a',
        '!',
      ),
      {
        maxLength: 4,
      },
    ),
    fc.constantFrom('', '-'),
  )
  .map(([negation, first, members, last]) => `[${negation}${first}${members.join('')}${last}]`);
const some = fc.constantFrom(...names).filter((name) => !name.includes('\\'));
const piece = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom(...'*?*?abk[]\\!(){},.-^$|+@1 ä') },
  { weight: 2, arbitrary: set },
  { weight: 2, arbitrary: some },
  { weight: 1, arbitrary: some.map((name) => name.replace(/[\s\S]/g, '\\$&') as ByteString) },
);
/** Text is converted once; names that are not text are bytes already. */
const asBytes = (part: string) =>
  BYTES.includes(part as ByteString) || NAMES.includes(part as ByteString) ? part : fromText(part);
const component = fc
  .array(piece, { minLength: 1, maxLength: 4 })
  .map((parts) => parts.map(asBytes).join(''))
  .filter((part) => part !== '.' && part !== '..' && part !== '**');
const patterns = fc
  .oneof(
    component,
    component.map((part) => `dir/${part}`),
    component.map((part) => `d?r/abc/${part}`),
    component.map((part) => `*/${part}`),
  )
  // POSIX leaves open what "[." and the like without an end are; a set that would hold a slash is ended beyond it by fnmatch(3).
  .filter((pattern) => !/\[(?:[.=]|:(?!x?digit:\]))/.test(pattern))
  .filter((pattern) => !/\[[^\]]*\//.test(pattern) && !pattern.startsWith('/')) as fc.Arbitrary<ByteString>;

const argument = (pattern: string) => Buffer.from(pattern, 'latin1');

/** Names in which bytes and characters are the same: ASCII, and what is no UTF-8. */
const isSingleByte = (path: string) => isAscii(path) || toText(path as ByteString) === undefined;

/** Through a file, since arguments of a process here are text. */
function listFile(line: string): string {
  const path = join(scratch, 'list');
  writeFileSync(path, argument(`${line}\n`));
  return path;
}

oracle('tar')('excludes of GNU tar', () => {
  fc.assert(
    fc.property(
      // tar drops blanks at the end of a line, and asks fnmatch(3) only for patterns with special characters.
      patterns.filter((pattern) => !/\s$/.test(pattern) && !/(^|[^\\])(\\\\)*\\$/.test(pattern)),
      (pattern) => {
        const { status, stdout } = judge('sh', [
          '-c',
          'export LC_ALL=C.UTF-8; tar -C "$1" --anchored --no-wildcards-match-slash -X "$2" -cf - . | tar t --quoting-style=literal',
          'sh',
          source,
          listFile(`./${pattern}`),
        ]);
        expect(status).toBe(0);
        const listed = stdout.split('\n').map((line) => line.replace(/^\.\//, '').replace(/\/$/, ''));
        const ours = sorted(kept(`/${pattern}` as ByteString));
        const theirs = sorted(listed.filter((line) => line !== ''));
        expect(ours.filter(isSingleByte)).toEqual(theirs.filter(isSingleByte));
        // Where characters do not match, fnmatch(3) of glibc tries bytes: "??" also matches "ä".
        expect(theirs.filter((path) => !ours.includes(path))).toEqual([]);
      },
    ),
    { numRuns: runs(300) },
  );
});

/** Arguments that mksquashfs reads differently: patterns of ksh, options, paths outside the source, "... " for any depth. */
const OTHERWISE = /[?*+@!]\(|^[-./#]|^\s|\s$/;

oracle('mksquashfs', 'unsquashfs')('excludes of mksquashfs with -wildcards', () => {
  const image = join(scratch, 'image');
  fc.assert(
    fc.property(
      // mksquashfs works on bytes: sets and `?` meet only ASCII here.
      patterns.filter(
        (pattern) => !OTHERWISE.test(pattern) && !/(^|[^\\])(\\\\)*\\(\/|$)/.test(pattern) && isAscii(pattern),
      ),
      (pattern) => {
        const options = ['-quiet', '-no-progress', '-noappend', '-wildcards', '-e', pattern];
        expect(judge('mksquashfs', [source, image, ...options])).toMatchObject({ status: 0 });
        const listed = judge('unsquashfs', ['-l', image])
          .stdout.split('\n')
          .map((line) => line.replace(/^squashfs-root\/?/, ''));
        const ascii = (paths: readonly string[]) => sorted(paths).filter((path) => path !== '' && isAscii(path));
        expect(ascii(kept(...(excludesOf(pattern, source, true) as ByteString[])))).toEqual(ascii(listed));
      },
    ),
    { numRuns: runs(60) },
  );
});

oracle('mksquashfs', 'unsquashfs')(
  'names outside ASCII, given to -e and in files of -ef as mksquashfs takes them',
  () => {
    const tree = join(scratch, 'names');
    mkdirSync(tree);
    const names = ['é', 'voilà', 'à', '日本', 'stays'].map((name) => Buffer.from(name));
    const raw = Buffer.from([0xff, 0xfe]);
    for (const name of [...names, raw]) writeFileSync(Buffer.concat([Buffer.from(`${tree}/`), name]), '');
    const list = join(scratch, 'names.list');
    writeFileSync(list, Buffer.concat([Buffer.from('  voilà\nà\n'), raw, Buffer.from('\n')]));
    const args = ['-no-progress', '-noappend', '-quiet', '-ef', list, '-e', 'é', '日本'];
    const shown = (file: string) => judge('unsquashfs', ['-l', file]).stdout.split('\n').sort();
    expect(judge('mksquashfs', [tree, join(scratch, 'theirs'), ...args])).toMatchObject({ status: 0 });
    expect(isopress(['squashfs', tree, join(scratch, 'ours'), ...args])).toMatchObject({ status: 0 });
    expect(shown(join(scratch, 'ours'))).toEqual(shown(join(scratch, 'theirs')));
    expect(shown(join(scratch, 'ours'))).toEqual(['', 'squashfs-root', 'squashfs-root/stays']);
  },
);

oracle('mksquashfs', 'unsquashfs')('blanks at the ends of -ef lines are what mksquashfs makes of them', () => {
  const tree = join(scratch, 'blanks');
  mkdirSync(tree);
  for (const name of ['stays', 'gone', 'blank ', ' front']) writeFileSync(join(tree, name), '');
  const list = join(scratch, 'blanks.list');
  writeFileSync(list, 'stays \n\t gone\nblank \n front\n\n# stays\n');
  const args = ['-no-progress', '-noappend', '-quiet', '-ef', list];
  const shown = (file: string) => judge('unsquashfs', ['-l', file]).stdout.split('\n').sort();
  expect(judge('mksquashfs', [tree, join(scratch, 'blanks.theirs'), ...args])).toMatchObject({ status: 0 });
  expect(isopress(['squashfs', tree, join(scratch, 'blanks.ours'), ...args])).toMatchObject({ status: 0 });
  expect(shown(join(scratch, 'blanks.ours'))).toEqual(shown(join(scratch, 'blanks.theirs')));
  expect(shown(join(scratch, 'blanks.ours'))).toEqual([
    '',
    'squashfs-root',
    'squashfs-root/ front',
    'squashfs-root/stays',
  ]);
});
