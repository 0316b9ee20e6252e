import { describe, expect, test } from 'vitest';
import { fromText } from '../../../src/bytes/text.js';
import { timestamp } from '../../../src/bytes/time.js';
import { InvalidInputError } from '../../../src/errors.js';
import { bytesSource } from '../../../src/io/memory.js';
import { exclude } from '../../../src/tree/exclude.js';
import { FileTree } from '../../../src/tree/file-tree.js';
import { directory, file, symlink } from '../../../src/tree/node.js';
import { clampTimes, mapOwners, overlay } from '../../../src/tree/rewrite.js';
import { hardLinkCounts, newestSecond, visitNodes, walk } from '../../../src/tree/walk.js';

const content = (text: string) => bytesSource(new TextEncoder().encode(text));
const paths = (tree: FileTree) => [...walk(tree)].map((visit) => visit.path);

describe('trees', () => {
  test('entries are visited in byte order, parents first', () => {
    const leaf = file(content('x'));
    const tree = FileTree.of({ 'b/z': leaf, 'b/a': leaf, a: leaf, 'b!': leaf, ä: leaf });
    expect(paths(tree)).toEqual(['', 'a', 'b', 'b/a', 'b/z', 'b!', fromText('ä')]);
    expect(hardLinkCounts(tree).get(leaf)).toBe(5);
  });
  test('a visit of nodes meets those of a walk, in its order', () => {
    const leaf = file(content('x'));
    const tree = FileTree.of({ 'b/c/z': leaf, 'b/a': leaf, a: symlink(fromText('t')), 'd/e': directory({}), f: leaf });
    const met: unknown[] = [];
    visitNodes(tree, (node) => met.push(node));
    expect(met).toEqual([...walk(tree)].map(({ node }) => node));
    expect(met).toHaveLength(9);
  });
  test('names that no file system holds are refused', () => {
    for (const name of ['', '.', '..', 'a/b', 'a\0']) {
      expect(() => directory({}, [[fromText(name), symlink(fromText('t'))]])).toThrow(InvalidInputError);
    }
  });
  test('hard links survive rewriting', () => {
    const leaf = file(content('x'), { mtime: timestamp(100) });
    const tree = mapOwners(FileTree.of({ a: leaf, 'd/b': leaf }), { uid: 5, gid: 6 });
    expect(tree.get('a')).toBe(tree.get('d/b'));
    expect(tree.get('a')).toMatchObject({ uid: 5, gid: 6 });
    expect(newestSecond(tree)).toBe(100);
    expect(clampTimes(tree, timestamp(50)).get('a')?.mtime.seconds).toBe(50);
  });
  test('overlay: later wins, directories merge, implied directories keep the base attributes', () => {
    const base = FileTree.of({
      etc: directory({ mode: 0o700 }),
      'etc/a': file(content('1')),
      'etc/b': file(content('1')),
    });
    const laid = overlay(base, FileTree.of({ 'etc/b': file(content('2')), 'etc/c': file(content('3')) }));
    expect(laid.get('etc')).toMatchObject({ mode: 0o700 });
    expect(paths(laid)).toEqual(['', 'etc', 'etc/a', 'etc/b', 'etc/c']);
    expect(laid.get('etc/b')).toBe((laid.get('etc') as ReturnType<typeof directory>).entries.get(fromText('b')));
    const explicit = overlay(base, FileTree.of({ etc: directory({ mode: 0o711 }) }));
    expect(explicit.get('etc')).toMatchObject({ mode: 0o711 });
    expect(explicit.get('etc/a')).toBeDefined();
  });
  test('exclude: anchored, floating, with everything below', () => {
    const leaf = file(content('x'));
    const tree = FileTree.of({ 'run/x': leaf, 'srv/run/x': leaf, 'a/.cache': leaf, 'a/b.pyc': leaf, 'proc/1/y': leaf });
    expect(paths(exclude(tree, ['/run/*', '*.pyc', '/proc', '.cache'].map(fromText)))).toEqual([
      '',
      'a',
      'run',
      'srv',
      'srv/run',
      'srv/run/x',
    ]);
    expect(() => exclude(tree, [fromText('/')])).toThrow(InvalidInputError);
  });
});
