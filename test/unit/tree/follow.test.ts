import { expect, test } from 'vitest';
import { fromText } from '../../../src/bytes/text.js';
import { EMPTY } from '../../../src/io/memory.js';
import { FileTree } from '../../../src/tree/file-tree.js';
import { follow, glob } from '../../../src/tree/follow.js';
import { file, symlink } from '../../../src/tree/node.js';

const link = (target: string) => symlink(fromText(target));
const tree = FileTree.of({
  'usr/lib/modules/6.1/vmlinuz': file(EMPTY),
  'usr/lib/modules/5.10/vmlinuz': file(EMPTY),
  'usr/lib/.hidden/vmlinuz': file(EMPTY),
  lib: link('usr/lib'),
  vmlinuz: link('boot/current'),
  'boot/current': link('../../../../lib/modules/6.1/vmlinuz'),
  absolute: link('/usr/lib'),
  'loop-a': link('loop-b'),
  'loop-b': link('loop-a'),
  dangling: link('nowhere'),
});

test('links are followed through several hops and never above the top', () => {
  const kernel = tree.get('usr/lib/modules/6.1/vmlinuz');
  expect(follow(tree, '/vmlinuz')).toBe(kernel);
  expect(follow(tree, 'absolute/modules/6.1/vmlinuz')).toBe(kernel);
  expect(follow(tree, '/')).toBe(tree.root);
});

test('loops, dangling links and paths through files lead nowhere', () => {
  for (const path of ['loop-a', 'dangling', 'usr/lib/modules/6.1/vmlinuz/x', 'none']) {
    expect(follow(tree, path), path).toBeUndefined();
  }
});

test('patterns match names in byte order, and no hidden ones', () => {
  expect(glob(tree, '/lib/modules/*/vmlinuz').map((f) => f.path)).toEqual([
    'lib/modules/5.10/vmlinuz',
    'lib/modules/6.1/vmlinuz',
  ]);
  expect(glob(tree, '/usr/lib/*').map((f) => f.path)).toEqual(['usr/lib/modules']);
  expect(glob(tree, '/usr/lib/m*s').map((f) => f.path)).toEqual(['usr/lib/modules']);
});
