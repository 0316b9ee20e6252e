// Indexes of compressed files: what mkfs.erofs 1.5 wrote for one file of 150 000 bytes in several forms.
import { expect, test } from 'vitest';
import type { Cluster, Head } from '../../../../src/format/erofs/cluster.js';
import {
  type CompactForm,
  compactIndexSize,
  decodeCompactIndex,
  putCompactIndex,
} from '../../../../src/format/erofs/compact-index.js';
import { decodeFullIndex, putFullIndex } from '../../../../src/format/erofs/full-index.js';

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');
const unhex = (text: string) => new Uint8Array(Buffer.from(text, 'hex'));

const CLUSTERS = 37;
/** `-zlz4hc -C16384 -Elegacy-compress`. */
const FULL =
  '01000000030000000200000004080700020000000200060002000000030005000200000004000400020000000500030002000000' +
  '0600020002000000070001000100310a070000000200310a040808000200310a020007000200310a030006000200310a04000500' +
  '0200310a050004000200310a060003000200310a070002000200310a080001000100b8040b0000000200b804040808000200b804' +
  '020007000200b804030006000200b804040005000200b804050004000200b804060003000200b804070002000200b80408000100' +
  '01009a000f00000002009a000408070002009a000200060002009a000300050002009a000400040002009a000500030002009a00' +
  '0600020002009a000700010000008c0b1300000000008c0b140000000000f00900000000';
/** `-zlz4hc -C16384`; the index is at byte 2488 of the image. */
const COMPACT_BIG =
  '001004280300000002e0004800168006e00118a311a002e0004800168006e0018800e2520700000004a800380012800' +
  '5a001780022809a10012a000e80046001680006800b0000008c0b8c0b13000000f009000015000000';
/** `-zlz4hc`, clusters of one block. */
const COMPACT_SMALL =
  '0010a419020000000160b304c60580d095e71700da6601e0cd64c8058009d6ec17003a660400000001e0b894ce0580c1' +
  '5600580511690120e854ca05806656004802b5660e0000000120541318000000f009000019000000';

const form = (bigClusters: boolean): CompactForm => ({
  at: 2488,
  clusters: CLUSTERS,
  clusterLog: 12,
  twoBytes: true,
  bigClusters,
});
const full = () => Array.from({ length: CLUSTERS }, (_, i) => decodeFullIndex(unhex(FULL), i * 8));
const heads = (clusters: Iterable<Cluster>) =>
  [...clusters].flatMap((cluster, lcn) => (cluster.kind === 'nonhead' ? [] : [{ ...cluster, lcn }]));

test('a full index: extents as dump.erofs lists them', () => {
  const found = heads(full()).filter(({ lcn, offset }) => lcn * 4096 + offset < 150_000);
  expect(found.map(({ lcn, offset, block }) => [lcn * 4096 + offset, block * 4096])).toEqual([
    [0, 12_288],
    [35_377, 28_672],
    [70_840, 45_056],
    [106_650, 61_440],
    [142_220, 77_824],
    [146_316, 81_920],
  ]);
  expect(full()[1]).toEqual({ kind: 'nonhead', blocks: 4, back: 1, ahead: 7 });
  expect(full()[2]).toEqual({ kind: 'nonhead', back: 2, ahead: 6 });
});

test('a full index is written as it is read', () => {
  const clusters = full();
  const bytes = new Uint8Array(CLUSTERS * 8);
  const view = new DataView(bytes.buffer);
  for (const [i, cluster] of clusters.entries()) putFullIndex(cluster, view, i * 8);
  expect(Array.from({ length: CLUSTERS }, (_, i) => decodeFullIndex(bytes, i * 8))).toEqual(clusters);
  const partial: Head = { kind: 'head2', offset: 5, block: 9, isPartial: true };
  putFullIndex(partial, view, 0);
  expect(hex(bytes.subarray(0, 8))).toBe('0380050009000000');
  expect(decodeFullIndex(bytes, 0)).toEqual(partial);
});

test('a compact index with big clusters says the same as the full one', () => {
  const compact = [...decodeCompactIndex(unhex(COMPACT_BIG), form(true), 0)];
  expect(compact).toHaveLength(CLUSTERS);
  const sound = (clusters: Iterable<Cluster>) => heads(clusters).filter(({ lcn }) => lcn < CLUSTERS - 1);
  expect(sound(compact)).toEqual(sound(full()));
  expect(compact.map((cluster) => (cluster.kind === 'nonhead' ? cluster.blocks : undefined))).toEqual(
    full().map((cluster) => (cluster.kind === 'nonhead' ? cluster.blocks : undefined)),
  );
});

test('a compact index with clusters of one block counts its heads', () => {
  const compact = heads(decodeCompactIndex(unhex(COMPACT_SMALL), form(false), 0));
  const found = compact.filter(({ lcn, offset }) => lcn * 4096 + offset < 150_000);
  expect(found).toHaveLength(23);
  expect(found.map(({ block }) => block)).toEqual(Array.from({ length: 23 }, (_, i) => i + 3));
  expect(found.map(({ lcn, offset }) => lcn * 4096 + offset).slice(0, 4)).toEqual([0, 6564, 13_005, 19_552]);
  expect(found.at(-1)).toMatchObject({ lcn: 35, offset: 144_212 - 35 * 4096 });
});

test('compact indexes are written with the bytes of mkfs.erofs', () => {
  expect(compactIndexSize(form(true))).toBe(unhex(COMPACT_BIG).length);
  const big = new Uint8Array(unhex(COMPACT_BIG).length);
  expect(putCompactIndex(full(), form(true), 3, big, 0)).toBe(big.length);
  expect(hex(big)).toBe(COMPACT_BIG);
  const small = new Uint8Array(unhex(COMPACT_SMALL).length);
  const clusters = distances([...decodeCompactIndex(unhex(COMPACT_SMALL), form(false), 0)]);
  expect(putCompactIndex(clusters, form(false), 3, small, 0)).toBe(small.length);
  expect(hex(small)).toBe(COMPACT_SMALL);
});

test.each([
  [0, 1, 8],
  [0, 3, 16],
  [8, 37, 24 + 32 + 64],
  [24, 2, 8],
  [24, 18, 8 + 32],
])('the packs of an index at byte %i with %i clusters', (at, clusters, size) => {
  expect(compactIndexSize({ at, clusters, clusterLog: 12, twoBytes: true, bigClusters: true })).toBe(size);
  const small = { at, clusters, clusterLog: 14, twoBytes: false, bigClusters: true };
  expect(compactIndexSize(small)).toBe(Math.ceil(clusters / 2) * 8);
});

/** Fills in distances that a compact index leaves out. */
function distances(clusters: readonly Cluster[]): Cluster[] {
  return clusters.map((cluster, index): Cluster => {
    if (cluster.kind !== 'nonhead') return cluster;
    const back = index - clusters.findLastIndex(({ kind }, i) => i < index && kind !== 'nonhead');
    const next = clusters.findIndex(({ kind }, i) => i > index && kind !== 'nonhead');
    return { ...cluster, back, ahead: (next < 0 ? clusters.length : next) - index };
  });
}
