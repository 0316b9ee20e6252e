// A root image of a few KiB is an image like any other: its size is no reason to call it unknown.
import { expect, test } from 'vitest';
import { planDisc } from '../../../src/disc/index.js';
import { bytesSource, collect, quietRun } from '../../../src/io/index.js';
import { FileTree, file } from '../../../src/tree/index.js';
import { verifyImage } from '../../../src/verify/index.js';
import { STORED, squashfsBytes } from '../../support/squashfs-images.js';

test('a squashfs of 4 KiB in LiveOS is entered as a layer', async () => {
  const run = quietRun();
  const root = await squashfsBytes(FileTree.of({ 'etc/hostname': file(bytesSource(Buffer.from('a\n'))) }), {
    compression: STORED,
  });
  expect(root.length).toBeLessThan(32 * 1024);
  const options = { epoch: { seconds: 0, nanoseconds: 0 }, seed: 's', volumeId: 'A' };
  const disc = await collect(planDisc(FileTree.of({ 'LiveOS/squashfs.img': file(bytesSource(root)) }), options), run);
  const { findings, layers } = await verifyImage(bytesSource(disc), { run });
  expect(layers.map(({ layer }) => layer)).toContain('/LiveOS/squashfs.img');
  expect(findings.map(({ code }) => code)).not.toContain('boot.live-image-unknown');
});
