import { expect, test } from 'vitest';
import type { ByteString } from '../../../src/bytes/index.js';
import { attributes, PathTree, special } from '../../../src/tree/index.js';

const names = (path: string) => path.split('/') as ByteString[];
const pipe = special('fifo');
const given = attributes({ mode: 0o755 });

test('entries without a possible place are refused', () => {
  const tree = new PathTree();
  expect(tree.add(names('file'), pipe)).toBe(true);
  for (const path of ['file/below', 'nul\0name', 'nul\0directory/x', '..', 'up/../x', '']) {
    expect([path, tree.add(names(path), pipe)]).toEqual([path, false]);
  }
  expect(tree.add([], pipe)).toBe(false);
  for (const path of ['nul\0', '../x', 'file/x']) {
    expect([path, tree.addDirectory(names(path), given)]).toEqual([path, false]);
  }
  expect([...tree.finish().root.entries.keys()]).toEqual(['file', 'up']);
});
