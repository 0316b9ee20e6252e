import { expect, test } from 'vitest';
import { fromText } from '../../../src/bytes/text.js';
import { InvalidInputError } from '../../../src/errors.js';
import { bytesSource } from '../../../src/io/memory.js';
import { FileTree } from '../../../src/tree/file-tree.js';
import { contentPriorities, readSortList } from '../../../src/tree/index.js';
import { file } from '../../../src/tree/node.js';

const read = (text: string) => readSortList(fromText(text)).map(({ path, priority }) => [path, priority]);
const leaf = () => file(bytesSource(Uint8Array.of(1)));

test('a line is a path and a priority; blanks in paths have a backslash', () => {
  expect(read('# first\n\nboot/vmlinuz 32767\r\n  /usr/bin\t-5  \na\\ b\\\\c +7\nx 1 2\n')).toEqual([
    ['boot/vmlinuz', 32_767],
    ['/usr/bin', -5],
    ['a b\\c', 7],
    ['x 1', 2],
  ]);
});

test('only blanks of ASCII divide a line: the second byte of "à" is U+00A0 elsewhere', () => {
  expect(read('voilà 3\nvoilà là\\ 4 5\nà 1')).toEqual([
    [fromText('voilà'), 3],
    [fromText('voilà là 4'), 5],
    [fromText('à'), 1],
  ]);
});

test('an invalid line is refused with its number', () => {
  for (const line of ['boot', 'boot first', 'boot 32768', 'boot -32769', '5', 'boot\\ 5', 'boot 1.5']) {
    try {
      readSortList(fromText(`ok 1\n${line}`));
      expect.unreachable(line);
    } catch (error) {
      expect(error).toBeInstanceOf(InvalidInputError);
      expect(error).toMatchObject({ code: 'tree.sort-line', place: { line: 2 } });
    }
  }
});

test('the nearest rule counts, the later of two, and the highest of several names', () => {
  const linked = leaf();
  const tree = FileTree.of({
    'a/b/c': leaf(),
    'a/b/d': leaf(),
    'a/e': leaf(),
    f: leaf(),
    'a/link': linked,
    link: linked,
  });
  const priorities = contentPriorities(tree, readSortList(fromText('/a/ 1\na/b 2\na/b/d 3\na/b/d 4\nlink 9\n')));
  const of = (path: string) => {
    const node = tree.get(path);
    return node?.kind === 'file' ? priorities.get(node.content) : 'none';
  };
  expect(['a/b/c', 'a/b/d', 'a/e', 'f', 'a/link'].map(of)).toEqual([2, 4, 1, undefined, 9]);
  expect(contentPriorities(tree, []).size).toBe(0);
});

test('a path that is not in the tree is refused', () => {
  const rules = readSortList(fromText('nowhere/to/be 1\n'));
  expect(() => contentPriorities(FileTree.of({}), rules)).toThrow('The sort list names /nowhere/to/be');
});
