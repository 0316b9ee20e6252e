// Images that mksquashfs 4.7.3 and newer write to a pipe: zeros after another magic, and the superblock as the last 96 bytes.
import { expect, test } from 'vitest';
import { chooseCompression } from '../../../../src/compress/index.js';
import { openSquashfs, recogniseSquashfs } from '../../../../src/format/squashfs/index.js';
import { STREAMED_MAGIC, superblock } from '../../../../src/format/squashfs/superblock.js';
import { bytesSource, FileTree, file, inspectImage, planSquashfs, timestamp, toBytes } from '../../../../src/index.js';

const tree = FileTree.of({ 'a/b': file('text\n'), c: file(new Uint8Array(300_000).map((_, at) => (at * at) % 251)) });

async function image(): Promise<Uint8Array> {
  const compression = chooseCompression({ name: 'gzip', engine: 'portable' });
  return toBytes(planSquashfs(tree, { epoch: timestamp(7), compression }));
}

/** The form of a stream. */
function streamed(bytes: Uint8Array): Uint8Array {
  const stream = new Uint8Array(bytes.length + superblock.size);
  stream.set(bytes);
  stream.fill(0, 0, superblock.size);
  new DataView(stream.buffer).setUint32(0, STREAMED_MAGIC, true);
  stream.set(bytes.subarray(0, superblock.size), bytes.length);
  return stream;
}

test('a streamed image has the same files, and says that its superblock is at the end', async () => {
  const whole = await image();
  const source = bytesSource(streamed(whole));
  const { facts, tree: read } = await openSquashfs(source);
  expect(facts).toEqual({ ...(await recogniseSquashfs(bytesSource(whole))), streamed: true });
  const found = await read();
  for (const path of ['a/b', 'c']) {
    const [own, other] = [tree.get(path), found.get(path)];
    if (own?.kind !== 'file' || other?.kind !== 'file') throw new Error(`${path} is missing`);
    expect(Buffer.compare(await toBytes(other.content), await toBytes(own.content))).toBe(0);
  }
  const { fileSystems } = await inspectImage(source);
  expect(fileSystems[0]?.extensions).toContain('superblock at the end');
});

test('a stream without a superblock at its end is not an image, and throws nothing', async () => {
  const cut = streamed(await image()).subarray(0, -1);
  expect(await recogniseSquashfs(bytesSource(cut))).toBeUndefined();
  expect(await recogniseSquashfs(bytesSource(cut.subarray(0, 100)))).toBeUndefined();
  await expect(openSquashfs(bytesSource(cut))).rejects.toThrow('not a squashfs image');
});
