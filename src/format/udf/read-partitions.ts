// The partitions in which addresses of files count (ECMA-167 3/10.7, UDF 2.2.8 to 2.2.10): runs of the medium, some of whose
// packets were replaced by spare ones, a table that gives every block its place, or a file that holds the metadata.

import { UnsupportedError } from '../../errors.js';
import type { Source } from '../../io/index.js';
import { damaged } from './damaged.js';
import type { Descriptors } from './read-sequence.js';
import { isSealedTag } from './tag.js';
import {
  logicalVolume,
  metadataMap,
  partitionDescriptor,
  physicalMap,
  SPARING_ENTRY,
  sparableMap,
  sparingTable,
} from './volume-descriptors.js';

const MOST_PARTITIONS = 4;
const PHYSICAL_MAP = 1;
const PURPOSE = {
  metadata: '*UDF Metadata Partition',
  sparable: '*UDF Sparable Partition',
  virtual: '*UDF Virtual Partition',
} as const;
const SPARING_TABLE = '*UDF Sparing Table';
/** Places of packets that were not replaced, and of spare ones that are defective, begin here. */
const NO_PACKET = 0xffff_fff0;

/** A run of blocks in the image. */
export interface BlockRun {
  /** Byte of the image. */
  readonly at: number;
  readonly blocks: number;
}

/** The space of addresses. */
export type Partition =
  | {
      readonly kind: 'runs';
      readonly runs: readonly BlockRun[];
      /** Of every run, the block of the partition at which it begins. */
      readonly starts: Float64Array;
    }
  /** The blocks of a file in another partition, which is found later; `mirror` has the same. */
  | { readonly kind: 'metadata'; readonly file: number; readonly mirror: number; readonly within: number }
  /** Blocks of another partition, as a table says that is found later. */
  | { readonly kind: 'virtual'; readonly within: number };

/** A partition of these runs, one after another. */
export function partitionOfRuns(runs: readonly BlockRun[]): Partition {
  const starts = new Float64Array(runs.length);
  let next = 0;
  for (const [index, { blocks }] of runs.entries()) {
    starts[index] = next;
    next += blocks;
  }
  return { kind: 'runs', runs, starts };
}

/** The partitions of a volume in the order of their maps. */
export async function readPartitions(
  image: Source,
  descriptors: Descriptors,
  volume: Uint8Array,
): Promise<Partition[]> {
  const { mapTableLength, maps: count } = logicalVolume.decode(volume);
  const table = volume.slice(logicalVolume.size, logicalVolume.size + mapTableLength);
  if (count > MOST_PARTITIONS) throw damaged('partition', `There are ${count} partition maps.`);
  const maps: Uint8Array[] = [];
  for (let at = 0, i = 0; i < count; i++) {
    const length = table[at + 1] ?? 0;
    if (length < physicalMap.size || at + length > table.length)
      throw damaged('partition', 'A partition map is damaged.');
    maps.push(table.subarray(at, at + length));
    at += length;
  }
  const numbers = maps.map((map) => (map[0] === PHYSICAL_MAP ? physicalMap.decode(map).partition : undefined));
  const partitions: Partition[] = [];
  for (const map of maps) partitions.push(await partitionOf(image, descriptors, map, numbers));
  return partitions;
}

async function partitionOf(
  image: Source,
  descriptors: Descriptors,
  map: Uint8Array,
  /** Of every map that is a run, its partition number. */
  numbers: readonly (number | undefined)[],
): Promise<Partition> {
  if (map[0] === PHYSICAL_MAP) return partitionOfRuns([runOf(descriptors, physicalMap.decode(map).partition)]);
  if (map.length < metadataMap.size) throw damaged('partition', 'A partition map is damaged.');
  const { purpose, metadataFile: file, mirrorFile: mirror, partition } = metadataMap.decode(map);
  const within = Math.max(0, numbers.indexOf(partition));
  if (purpose.id === PURPOSE.metadata) return { kind: 'metadata', file, mirror, within };
  if (purpose.id === PURPOSE.virtual) return { kind: 'virtual', within };
  if (purpose.id === PURPOSE.sparable) return sparablePartition(image, runOf(descriptors, partition), map, descriptors);
  throw new UnsupportedError('udf.partition', `UDF volumes with a "${purpose.id}" are not read.`);
}

function runOf({ partitions, blockSize }: Descriptors, number: number): BlockRun {
  const descriptor = partitions.get(number);
  if (!descriptor) throw damaged('partition', `There is no partition number ${number}.`);
  const { start, blocks } = partitionDescriptor.decode(descriptor);
  return { at: start * blockSize, blocks };
}

/** A partition whose defective packets are elsewhere. The copies of its table say where; the first that is whole counts. */
async function sparablePartition(
  image: Source,
  run: BlockRun,
  map: Uint8Array,
  { blockSize }: Descriptors,
): Promise<Partition> {
  const { packetLength, tables, tableSize, locations } = sparableMap.decode(map);
  const view = new DataView(locations.buffer, locations.byteOffset, locations.byteLength);
  for (let i = 0; i < Math.min(tables, locations.length / 4); i++) {
    const at = view.getUint32(i * 4, true) * blockSize;
    if (packetLength === 0 || tableSize < sparingTable.size || at + tableSize > image.size) continue;
    const bytes = new Uint8Array(tableSize);
    await image.read(at, bytes);
    if (!isSealedTag(bytes) || sparingTable.decode(bytes).purpose.id !== SPARING_TABLE) continue;
    return partitionOfRuns(withSpares(run, packetLength, replacedPackets(bytes), blockSize));
  }
  throw damaged('partition', 'The table of replaced packets cannot be read.');
}

/** First block of each packet that was replaced, counted in the partition, and the block of the medium it has now. */
function replacedPackets(table: Uint8Array): [original: number, now: number][] {
  const { entries } = sparingTable.decode(table);
  const view = new DataView(table.buffer);
  const packets: [number, number][] = [];
  for (let i = 0; i < entries; i++) {
    const at = sparingTable.size + i * SPARING_ENTRY;
    if (at + SPARING_ENTRY > table.length) break;
    const original = view.getUint32(at, true);
    if (original < NO_PACKET) packets.push([original, view.getUint32(at + 4, true)]);
  }
  return packets.sort(([a], [b]) => a - b);
}

function withSpares(
  { at, blocks }: BlockRun,
  packetLength: number,
  packets: readonly (readonly [original: number, now: number])[],
  blockSize: number,
): BlockRun[] {
  const runs: BlockRun[] = [];
  let next = 0;
  for (const [original, now] of packets) {
    if (original < next || original >= blocks) continue;
    if (original > next) runs.push({ at: at + next * blockSize, blocks: original - next });
    const length = Math.min(packetLength, blocks - original);
    runs.push({ at: now * blockSize, blocks: length });
    next = original + length;
  }
  if (next < blocks) runs.push({ at: at + next * blockSize, blocks: blocks - next });
  return runs;
}
