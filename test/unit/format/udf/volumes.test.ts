// Volumes in forms that other writers leave: descriptors written again or damaged, replaced packets, virtual addresses.
import { expect, test } from 'vitest';
import { openUdf } from '../../../../src/format/udf/index.js';
import { bytesSource } from '../../../../src/io/memory.js';
import { describeTree } from '../../../support/trees.js';
import * as volumes from '../../../support/udf-volumes.js';

const contents = async (image: Uint8Array) => {
  const entries = await describeTree(await (await openUdf(bytesSource(image))).tree());
  return [...entries].map(([path, { kind, size, sha256 }]) => [path, kind, size, sha256]);
};

test.each([
  ['a descriptor that was written again with a higher number', volumes.renamedVolume],
  ['a sequence that goes on elsewhere', volumes.continuedSequence],
  ['damage in both sequences, each in another descriptor', volumes.damagedSequences],
  ['the last anchor alone', volumes.lastAnchor],
  ['a replaced packet', volumes.sparableVolume],
  ['virtual addresses by a table of revision 1.50', () => volumes.virtualVolume('old')],
  ['virtual addresses by a table of revision 2.00', () => volumes.virtualVolume('new')],
])('a volume with %s is read', async (_, make) => {
  expect(await contents(await make())).toEqual(await contents(await volumes.udfVolume()));
});

test('of descriptors of one kind the highest number prevails, at any place in the sequence', async () => {
  const { facts } = await openUdf(bytesSource(await volumes.renamedVolume()));
  expect(facts.label).toBe('NEWER');
});

test('a table of replaced packets that is damaged, and an unknown kind of partition, are named', async () => {
  const image = await volumes.sparableVolume();
  image[image.length - 33 * 2048 + 60]! ^= 1;
  await expect(openUdf(bytesSource(image))).rejects.toThrow(/table of replaced packets cannot be read/);
  const virtual = await volumes.virtualVolume('new');
  // As large as its medium: nothing is written after the table.
  const large = new Uint8Array(virtual.length + 3_000_001);
  large.set(virtual);
  const names = async (bytes: Uint8Array) => [
    ...(await (await openUdf(bytesSource(bytes))).tree()).root.entries.keys(),
  ];
  expect(await names(large)).toEqual(await names(virtual));
  await expect((await openUdf(bytesSource(virtual.slice(0, -2048)))).tree()).rejects.toThrow(
    /virtual allocation table/,
  );
});
