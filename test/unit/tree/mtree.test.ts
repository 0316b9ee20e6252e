// Specifications of mtree: both ways to name entries, defaults, and what is refused.
import { expect, test } from 'vitest';
import { fromText } from '../../../src/bytes/text.js';
import { readMtree } from '../../../src/tree/manifest/read-mtree.js';

const NAMES = { user: (name: string) => (name === 'root' ? 0 : undefined), group: () => undefined };
const read = (text: string) => readMtree(fromText(text), 'spec', NAMES);
const shown = (text: string) => read(text).map(({ path, action, attributes }) => ({ path, ...action, ...attributes }));

test('entries by their whole paths, with defaults', () => {
  expect(
    shown(
      '#mtree\n/set type=file uid=1 gid=2 mode=0644\n. type=dir mode=755\n./d type=dir\n./d/a\\040b\n/unset uid\n./d/\\351 gid=3\n',
    ),
  ).toEqual([
    { path: '', verb: 'dir', uid: 1, gid: 2, mode: 0o755 },
    { path: 'd', verb: 'dir', uid: 1, gid: 2, mode: 0o644 },
    { path: 'd/a b', verb: 'set', uid: 1, gid: 2, mode: 0o644 },
    { path: 'd/\xe9', verb: 'set', gid: 3, mode: 0o644 },
  ]);
});

test('entries by the directories around them, with a joined line and a comment', () => {
  const spec =
    '# user\n.  type=dir\n  usr type=dir uname=root\n    bin type=dir\n      sh mode=0755 \\\n         gid=5\n    ..\n  ..\n  x uid=9\n';
  expect(shown(spec).map(({ path }) => path)).toEqual(['', 'usr', 'usr/bin', 'usr/bin/sh', 'x']);
  expect(shown(spec)[3]).toMatchObject({ mode: 0o755, gid: 5 });
  expect(shown(spec)[1]).toMatchObject({ uid: 0 });
});

test('kinds, times and contents', () => {
  expect(
    shown(
      './l type=link link=a\\040b\n./c type=char device=native,1,3\n./b type=block device=linux,0x8,17\n./p type=fifo\n./f type=file contents=src/f time=5.7\n./l2 type=link\n',
    ),
  ).toEqual([
    { path: 'l', verb: 'symlink', target: 'a b' },
    { path: 'c', verb: 'special', kind: 'character-device', major: 1, minor: 3 },
    { path: 'b', verb: 'special', kind: 'block-device', major: 8, minor: 17 },
    { path: 'p', verb: 'special', kind: 'fifo', major: 0, minor: 0 },
    { path: 'f', verb: 'host-file', from: 'src/f', inherits: false, mtime: { seconds: 5, nanoseconds: 7 } },
    { path: 'l2', verb: 'set' },
  ]);
  expect(read('./a optional\n./b nochange\n./c ignore\n')).toMatchObject([{ path: 'a', optional: true }]);
});

test.each([
  ['..\n', 'tree.manifest-mtree'],
  ['./../x\n', 'tree.manifest-path'],
  ['./a type=door\n', 'tree.manifest-mtree'],
  ['./a mode=u+x\n', 'tree.manifest-mode'],
  ['./a uid=x\n', 'tree.manifest-number'],
  ['./a uname=nobody-here\n', 'tree.manifest-number'],
  ['./a time=now\n', 'tree.manifest-time'],
  ['./a type=char device=7\n', 'tree.manifest-device'],
])('%j is refused', (text, code) => {
  expect(() => read(`# first\n${text}`)).toThrow(
    expect.objectContaining({ code, place: { path: 'spec', line: 2, column: 1 } }),
  );
});
