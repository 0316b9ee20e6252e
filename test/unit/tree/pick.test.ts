// Entries taken out of a tree by patterns.
import { describe, expect, test } from 'vitest';
import { type ByteString, fromText } from '../../../src/bytes/index.js';
import { bytesSource } from '../../../src/io/memory.js';
import {
  type Directory,
  directory,
  FileTree,
  file,
  type Node,
  overrideAll,
  pick,
  select,
  walk,
} from '../../../src/tree/index.js';

const leaf = () => file(bytesSource(new Uint8Array(1)));
const tree = FileTree.of({
  'etc/passwd': leaf(),
  'etc/ssh/config': leaf(),
  'etc-x': leaf(),
  'usr/bin/tool': leaf(),
  'usr/share/doc/read.me': leaf(),
  'var/empty': directory({}),
});
const paths = (of: FileTree) => [...walk(of)].map(({ path }) => path).filter((path) => path !== '');
const picked = (...patterns: string[]) => paths(pick(tree, patterns.map(fromText)));

describe('what patterns take', () => {
  test.each<[string[], string[]]>([
    [['etc/passwd'], ['etc', 'etc/passwd']],
    [['/etc'], ['etc', 'etc/passwd', 'etc/ssh', 'etc/ssh/config']],
    // A pattern for something in a directory that another one takes has a match.
    [
      ['etc', 'etc/passwd', 'etc/ssh/*'],
      ['etc', 'etc/passwd', 'etc/ssh', 'etc/ssh/config'],
    ],
    [
      ['etc/passwd', 'etc'],
      ['etc', 'etc/passwd', 'etc/ssh', 'etc/ssh/config'],
    ],
    [
      ['usr/*/tool', 'var/empty'],
      ['usr', 'usr/bin', 'usr/bin/tool', 'var', 'var/empty'],
    ],
    [['**/*.me'], ['usr', 'usr/share', 'usr/share/doc', 'usr/share/doc/read.me']],
  ])('%j', (patterns, expected) => expect(picked(...patterns)).toEqual(expected));

  test.each([['/'], ['.'], ['./']])('everything: %s', (pattern) => expect(picked(pattern)).toEqual(paths(tree)));

  test.each([['nope'], ['etc/pass'], ['passwd'], ['etc/passwd/x']])('nothing, which is an error: %s', (pattern) => {
    expect(() => picked('etc', pattern)).toThrow(expect.objectContaining({ code: 'tree.no-match' }));
  });
});

test('directories nested as deeply as an image may have them are no matter', () => {
  let node: Node = leaf();
  for (let depth = 0; depth < 20_000; depth++) node = directory({}, [['d' as ByteString, node]]);
  const deep = new FileTree(node as Directory);
  const top = (of: FileTree) => of.root.entries.size;
  expect(top(overrideAll(deep, { uid: 7 }))).toBe(1);
  expect(top(select(deep, (path) => path.length < 30))).toBe(1);
});
