import { expect, test } from 'vitest';
import { type Data, type ExactContent, quietRun } from '../../../src/io/content.js';
import { exactContent } from '../../../src/io/exact.js';
import { bytesSource } from '../../../src/io/memory.js';
import { bytesIdentity, identities } from '../../../src/tree/content-identity.js';
import { shareDuplicates } from '../../../src/tree/duplicates.js';
import { FileTree } from '../../../src/tree/file-tree.js';
import { file, type Node } from '../../../src/tree/node.js';
import fc, { runs } from '../../support/random.js';
import { noise } from '../../support/trees.js';

const MIB = 1024 * 1024;

/** Content that can only be had in pieces; tells how many bytes were taken. */
function streamed(bytes: Uint8Array, pieceLength = 65_536) {
  const taken = { bytes: 0 };
  const content = exactContent(bytes.length, async function* () {
    for (let at = 0; at < bytes.length; at += pieceLength) {
      const piece = bytes.slice(at, at + pieceLength);
      taken.bytes += piece.length;
      yield piece;
      piece.fill(0xee);
    }
  });
  return { content, taken };
}

const contentOf = (tree: FileTree, path: string) => {
  const node: Node | undefined = tree.get(path);
  return node?.kind === 'file' ? node.content : undefined;
};

test('equal files get the content of the first of them, and keep everything else', async () => {
  const bytes = () => bytesSource(noise(5000, 1));
  const tree = FileTree.of({
    'z/first': file(bytes()),
    'a/other': file(bytesSource(noise(5000, 2))),
    'b/same': file(bytes(), { mode: 0o600, uid: 7 }),
    'z/same': file(streamed(noise(5000, 1), 77).content),
  });
  const shared = await shareDuplicates(tree, quietRun());
  expect(contentOf(shared, 'b/same')).toBe(contentOf(tree, 'b/same'));
  expect(contentOf(shared, 'z/first')).toBe(contentOf(tree, 'b/same'));
  expect(contentOf(shared, 'z/same')).toBe(contentOf(tree, 'b/same'));
  expect(contentOf(shared, 'a/other')).toBe(contentOf(tree, 'a/other'));
  expect(shared.get('b/same')).toMatchObject({ mode: 0o600, uid: 7 });
  expect(shared.get('a')).toBe(tree.get('a'));
});

test('hard links stay hard links', async () => {
  const linked = file(bytesSource(noise(100, 1)), { uid: 3 });
  const tree = FileTree.of({ a: file(bytesSource(noise(100, 1))), b: linked, 'd/c': linked });
  const shared = await shareDuplicates(tree, quietRun());
  expect(shared.get('b')).toBe(shared.get('d/c'));
  expect(contentOf(shared, 'b')).toBe(contentOf(tree, 'a'));
  expect(shared.get('b')).toMatchObject({ uid: 3 });
});

test('nothing is read of files whose size is unique, however many names they have', async () => {
  const unread = exactContent(1234, () => {
    throw new Error('read');
  });
  const leaf = file(unread);
  const empty: ExactContent = { ...unread, size: 0 };
  const nodes = { a: leaf, b: leaf, c: file(bytesSource(noise(1235, 1))), d: file(empty), e: file({ ...empty }) };
  const tree = FileTree.of(nodes);
  expect(await shareDuplicates(tree, quietRun())).toBe(tree);
});

test('of large files with different beginnings only the beginning is read', async () => {
  const size = 9 * MIB;
  const same = [streamed(noise(size, 1)), streamed(noise(size, 1))] as const;
  const other = streamed(noise(size, 3));
  const nodes = { a: file(same[0].content), b: file(other.content), c: file(same[1].content) };
  const shared = await shareDuplicates(FileTree.of(nodes), quietRun());
  expect(contentOf(shared, 'c')).toBe(same[0].content);
  expect(contentOf(shared, 'b')).toBe(other.content);
  expect(other.taken.bytes).toBeLessThan(MIB);
});

test('large files that differ in their last byte stay two', async () => {
  const [a, b] = [new Uint8Array(5 * MIB).fill(7), new Uint8Array(5 * MIB).fill(7)];
  b[b.length - 1] = 8;
  const tree = FileTree.of({ a: file(streamed(a).content), b: file(streamed(b).content) });
  expect(await shareDuplicates(tree, quietRun())).toBe(tree);
});

test('a terabyte of hole costs nothing, and position of data counts', async () => {
  const sparse = (at: number) =>
    exactContent(2 ** 40, async function* () {
      yield { hole: at };
      yield noise(10_000, 1);
      yield { hole: 2 ** 40 - at - 10_000 };
    });
  const tree = FileTree.of({
    a: file(sparse(2 ** 30 + 1)),
    b: file(sparse(2 ** 30 + 4097)),
    c: file(sparse(2 ** 30 + 1)),
  });
  const shared = await shareDuplicates(tree, quietRun());
  expect(contentOf(shared, 'c')).toBe(contentOf(tree, 'a'));
  expect(contentOf(shared, 'b')).toBe(contentOf(tree, 'b'));
});

test('an identity is of the bytes: pieces and holes make no difference, a changed byte does', async () => {
  const run = fc.record({ zero: fc.boolean(), length: fc.integer({ min: 1, max: 13_000 }) });
  await fc.assert(
    fc.asyncProperty(
      fc.array(run, { minLength: 1, maxLength: 6 }),
      fc.array(fc.integer({ min: 1, max: 9000 }), { minLength: 1, maxLength: 4 }),
      fc.nat(),
      async (runs, lengths, pick) => {
        const parts = runs.map(({ zero, length }, i) => (zero ? new Uint8Array(length) : noise(length, i)));
        const bytes = new Uint8Array(Buffer.concat(parts));
        const pieces: Data[] = [];
        for (let at = 0, turn = 0; at < bytes.length; turn++) {
          const piece = bytes.subarray(at, at + lengths[turn % lengths.length]!);
          pieces.push(piece.every((byte) => byte === 0) ? { hole: piece.length } : piece);
          at += piece.length;
        }
        const cut = exactContent(bytes.length, async function* () {
          yield* pieces;
        });
        const whole = bytesSource(bytes);
        const found: Uint8Array[] = [];
        for await (const group of identities([cut, whole, cut], quietRun())) {
          for (const { index, identity } of group) found[index] = identity;
        }
        expect(found).toEqual([bytesIdentity(bytes), bytesIdentity(bytes), bytesIdentity(bytes)]);
        const changed = bytes.slice();
        changed[pick % changed.length]! ^= 1;
        expect(bytesIdentity(changed)).not.toEqual(bytesIdentity(bytes));
      },
    ),
    { numRuns: runs(200) },
  );
});

test('an abort ends it', async () => {
  const tree = FileTree.of({ a: file(bytesSource(noise(10, 1))), b: file(bytesSource(noise(10, 1))) });
  const signal = AbortSignal.abort(new Error('enough'));
  await expect(shareDuplicates(tree, { ...quietRun(), signal })).rejects.toThrow('enough');
});
