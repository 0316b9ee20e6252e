// Trees over each other: directories go through links of the lower tree, and nothing else does.
import { expect, test } from 'vitest';
import type { ByteString } from '../../../src/bytes/text.js';
import { FileTree } from '../../../src/tree/file-tree.js';
import { layOver, placedAt } from '../../../src/tree/lay-over.js';
import { directory, type Node, special, symlink } from '../../../src/tree/node.js';
import { walk } from '../../../src/tree/walk.js';

const link = (target: string) => symlink(target as ByteString);
const pipe = special('fifo');
const tree = (nodes: Record<string, Node>) => FileTree.of(nodes);
const shown = (one: FileTree) =>
  [...walk(one)].flatMap(({ path, node }) =>
    node.kind === 'directory' ? [] : [node.kind === 'symlink' ? `${path} -> ${node.target}` : path],
  );

const usrMerged = { 'usr/lib/a': pipe, lib: link('usr/lib'), 'var/run': link('/run'), run: directory({ mode: 0o700 }) };

test.each<[string, Record<string, Node>, readonly string[]]>([
  ['through a relative link', { 'lib/b': pipe }, ['lib -> usr/lib', 'usr/lib/a', 'usr/lib/b', 'var/run -> /run']],
  ['through an absolute link', { 'var/run/b': pipe }, ['lib -> usr/lib', 'run/b', 'usr/lib/a', 'var/run -> /run']],
  [
    'by both names',
    { 'lib/b': pipe, 'usr/lib/c': pipe },
    ['lib -> usr/lib', 'usr/lib/a', 'usr/lib/b', 'usr/lib/c', 'var/run -> /run'],
  ],
  ['a file replaces the link', { lib: pipe }, ['lib', 'usr/lib/a', 'var/run -> /run']],
  ['a link replaces the link', { lib: link('x') }, ['lib -> x', 'usr/lib/a', 'var/run -> /run']],
  [
    'below a link that the upper tree brings',
    { usr: link('opt'), 'lib/b': pipe },
    ['lib/b', 'usr -> opt', 'var/run -> /run'],
  ],
])('%s', (_, upper, expected) => {
  expect(shown(layOver(tree(usrMerged), tree(upper)))).toEqual(expected);
});

test('a link that leads to no directory is replaced by a directory', () => {
  const lower = { loop: link('loop'), gone: link('none'), 'to-file': link('f'), f: pipe };
  const merged = layOver(tree(lower), tree({ 'loop/x': pipe, 'gone/x': pipe, 'to-file/x': pipe }));
  expect(shown(merged)).toEqual(['f', 'gone/x', 'loop/x', 'to-file/x']);
});

test('the directory at the end of a link keeps its attributes, one in the same place takes the new ones', () => {
  const upper = tree({ 'var/run': directory({ mode: 0o711 }), usr: directory({ mode: 0o711 }) });
  const merged = layOver(tree(usrMerged), upper);
  expect([merged.get('run')?.mode, merged.get('usr')?.mode]).toEqual([0o700, 0o711]);
});

test('a tree at a path has implied directories above it', () => {
  const placed = placedAt('/a//b' as ByteString, directory({ mode: 0o700 }, [['x' as ByteString, pipe]]));
  expect(shown(placed)).toEqual(['a/b/x']);
  expect(placed.get('a')).toMatchObject({ implied: true });
  expect(placed.get('a/b')).toMatchObject({ mode: 0o700 });
  expect(placed.get('a/b')).not.toHaveProperty('implied');
});
