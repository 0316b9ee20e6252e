// Files of 4 GiB and more as Linux reads them from a bridge disc: whole by their digest, and beyond the allocation
// descriptors of a file entry by their ends.
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { expect } from 'vitest';
import { planDisc } from '../../src/disc/index.js';
import type { Content, Data } from '../../src/io/content.js';
import { FileTree } from '../../src/tree/file-tree.js';
import { file } from '../../src/tree/node.js';
import { EPOCH, writeDisc } from '../support/discs.js';
import { guestOracle, mountInGuest } from '../support/guest.js';
import { scratchDirectory } from '../support/scratch.js';
import { noise } from '../support/trees.js';

const scratch = scratchDirectory();
const END = 65_536;
const head = noise(END, 11);
const tail = noise(END, 12);

/** Noise, a hole, noise: `size` bytes, which have to be a multiple of 64 KiB. */
const sparse = (size: number) =>
  async function* (): AsyncGenerator<Data> {
    yield head;
    yield { hole: size - 2 * END };
    yield tail;
  };

function digestOf(size: number): string {
  const digest = createHash('sha256').update(head);
  const zeros = new Uint8Array(1024 * 1024);
  for (let left = size - 2 * END; left > 0; left -= zeros.length) {
    digest.update(zeros.subarray(0, Math.min(left, zeros.length)));
  }
  return digest.update(tail).digest('hex');
}

const press = (name: string, content: Content, udf: '1.02' | '2.60') => {
  const tree = FileTree.of<Content>({ large: file(content) });
  return writeDisc(planDisc(tree, { epoch: EPOCH, seed: 's', udf }), join(scratch, name));
};

guestOracle()('a file of 5 GiB is the same as UDF and as ISO 9660', async () => {
  const size = 5 * 2 ** 30;
  const image = await press('5g.iso', { sizeLimit: 2 * size, pieces: sparse(size) }, '1.02');
  const found = await mountInGuest(
    image,
    [
      { name: 'udf', mount: '-t udf /dev/vda' },
      { name: 'iso', mount: '-t iso9660 /dev/vda' },
    ],
    scratch,
    550,
  );
  const expected = { kind: 'file', size, sha256: digestOf(size) };
  expect(found.get('udf')!.get('large')).toMatchObject(expected);
  expect(found.get('iso')!.get('large')).toMatchObject(expected);
});

for (const udf of ['1.02', '2.60'] as const) {
  guestOracle()(`a file of 900 GiB goes on in further descriptors of UDF ${udf}`, async () => {
    const size = 900 * 2 ** 30;
    const image = await press('900g.iso', { size, pieces: sparse(size) }, udf);
    const found = await mountInGuest(image, [{ name: 'udf', mount: '-t udf /dev/vda', endsOnly: true }], scratch);
    const sha256 = createHash('sha256').update(head).update(tail).digest('hex');
    expect(found.get('udf')!.get('large')).toMatchObject({ kind: 'file', size, sha256 });
  });
}
