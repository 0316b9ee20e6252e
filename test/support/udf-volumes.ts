// UDF volumes in forms that we do not write: rewritable discs with replaced packets, discs that are written once, discs whose
// descriptors were written again. Made of volumes of ours by changing their descriptors.
import { planDisc } from '../../src/disc/index.js';
import { fileEntry } from '../../src/format/udf/file-entry.js';
import { fileSetDescriptor } from '../../src/format/udf/file-set.js';
import { BLOCK } from '../../src/format/udf/geometry.js';
import { readTag, stamped, TAG_ID, type TagId } from '../../src/format/udf/tag.js';
import {
  anchorPointer,
  logicalVolume,
  partitionDescriptor,
  volumeDescriptorPointer,
} from '../../src/format/udf/volume-descriptors.js';
import { quietRun } from '../../src/io/content.js';
import { bytesSource, collect } from '../../src/io/memory.js';
import { FileTree } from '../../src/tree/file-tree.js';
import { file } from '../../src/tree/node.js';
import { noise } from './trees.js';

export const UDF_TREE = FileTree.of({
  'a/b/file': file(bytesSource(noise(70_000, 1))),
  top: file(bytesSource(noise(5000, 2))),
});

const ANCHOR = 256;
const PARTITION = 257;
/** Places in a sequence. */
const [PARTITION_AT, VOLUME_AT, UNUSED_AT, END_AT] = [2, 3, 4, 5];
const VERSION = 2;

/** A plain volume. */
export function udfVolume(revision: '1.50' | '2.01' = '1.50'): Promise<Uint8Array> {
  const given = { epoch: { seconds: 1_700_000_000, nanoseconds: 0 }, seed: 's', volumeId: 'PLAIN' };
  return collect(planDisc(UDF_TREE, { ...given, udf: revision, iso9660: false }), quietRun());
}

/** Writes a descriptor with a new tag into a block. */
function put(image: Uint8Array, block: number, id: TagId | 0, descriptor: Uint8Array, location = block): void {
  const whole = new Uint8Array(BLOCK);
  whole.set(stamped(Uint8Array.from(descriptor), { id: id as TagId, version: VERSION, location }));
  image.set(whole, block * BLOCK);
}

function descriptorAt(image: Uint8Array, block: number): Uint8Array {
  const at = block * BLOCK;
  return image.slice(at, at + 16 + readTag(image, at)!.crcLength);
}

/** First blocks of both sequences. */
function sequences(image: Uint8Array): [main: number, reserve: number] {
  const { main, reserve } = anchorPointer.decode(descriptorAt(image, ANCHOR));
  return [main.block, reserve.block];
}

function grown(image: Uint8Array, blocks: number): Uint8Array {
  const larger = new Uint8Array(image.length + blocks * BLOCK);
  larger.set(image);
  return larger;
}

function setText(descriptor: Uint8Array, at: number, text: string): void {
  descriptor.set(Buffer.from(text), at + 1);
}

/** A descriptor of the volume with a higher number and another name follows the first, as a driver that renames it writes. */
export async function renamedVolume(): Promise<Uint8Array> {
  const image = await udfVolume();
  for (const start of sequences(image)) {
    const again = descriptorAt(image, start + VOLUME_AT);
    setText(again, 84, 'NEWER');
    new DataView(again.buffer).setUint32(16, 77, true);
    const old = descriptorAt(image, start + VOLUME_AT);
    put(image, start + VOLUME_AT, TAG_ID.logicalVolume, again);
    put(image, start + UNUSED_AT, TAG_ID.logicalVolume, old);
  }
  return image;
}

/** The sequence continues in another place, where the partition is. */
export async function continuedSequence(): Promise<Uint8Array> {
  const image = grown(await udfVolume(), 4);
  const place = image.length / BLOCK - 4;
  const [main] = sequences(image);
  put(image, place, TAG_ID.partition, descriptorAt(image, main + PARTITION_AT));
  put(image, place + 1, TAG_ID.terminator, new Uint8Array(512));
  const next = { length: 4 * BLOCK, block: place };
  for (const start of sequences(image)) {
    image.fill(0, (start + PARTITION_AT) * BLOCK, (start + PARTITION_AT + 1) * BLOCK);
    put(image, start + END_AT, TAG_ID.volumePointer, volumeDescriptorPointer.encode({ sequence: 9, next }));
  }
  return image;
}

/** Descriptors of the main sequence are damaged, others of the reserve. */
export async function damagedSequences(): Promise<Uint8Array> {
  const image = await udfVolume();
  const [main, reserve] = sequences(image);
  image[(main + VOLUME_AT) * BLOCK + 100]! ^= 1;
  image[(reserve + PARTITION_AT) * BLOCK + 100]! ^= 1;
  return image;
}

/** Nothing is left of the first anchor. */
export async function lastAnchor(): Promise<Uint8Array> {
  const image = await udfVolume();
  image.fill(0, 256 * BLOCK, 257 * BLOCK);
  return image;
}

function identifier(text: string): Uint8Array {
  const bytes = new Uint8Array(32);
  setText(bytes, 0, text);
  // Revision 1.50.
  bytes.set([0x50, 0x01], 24);
  return bytes;
}

/** The descriptor of the volume with other partition maps. */
function withMaps(image: Uint8Array, maps: readonly Uint8Array[], fileSetPartition = 0, fileSetBlock?: number): void {
  for (const start of sequences(image)) {
    const old = descriptorAt(image, start + VOLUME_AT).slice(0, logicalVolume.size);
    const length = maps.reduce((sum, map) => sum + map.length, 0);
    const descriptor = new Uint8Array(logicalVolume.size + length);
    const value = logicalVolume.decode(old);
    const fileSet = { ...value.fileSet, partition: fileSetPartition, block: fileSetBlock ?? value.fileSet.block };
    logicalVolume.encodeInto({ ...value, fileSet, mapTableLength: length, maps: maps.length }, descriptor, 0);
    let at = logicalVolume.size;
    for (const map of maps) {
      descriptor.set(map, at);
      at += map.length;
    }
    put(image, start + VOLUME_AT, TAG_ID.logicalVolume, descriptor);
  }
}

const PACKET = 32;

/** A rewritable disc: its first packet, which has all metadata, is defective and is after the volume. */
export async function sparableVolume(): Promise<Uint8Array> {
  const plain = await udfVolume();
  const image = grown(plain, 1 + PACKET);
  const tableBlock = plain.length / BLOCK;
  const table = new Uint8Array(56 + 2 * 8);
  table.set(identifier('*UDF Sparing Table'), 16);
  const view = new DataView(table.buffer);
  view.setUint16(48, 2, true);
  for (const [i, number] of [0, tableBlock + 1, 0xffff_ffff, 0].entries()) view.setUint32(56 + i * 4, number, true);
  put(image, tableBlock, 0, table);
  const packet = image.slice(PARTITION * BLOCK, (PARTITION + PACKET) * BLOCK);
  image.set(packet, (tableBlock + 1) * BLOCK);
  image.fill(0xdd, PARTITION * BLOCK, (PARTITION + PACKET) * BLOCK);
  const map = new Uint8Array(64);
  map.set([2, 64]);
  map.set(identifier('*UDF Sparable Partition'), 4);
  const fields = new DataView(map.buffer);
  fields.setUint16(36, 1, true);
  fields.setUint16(40, PACKET, true);
  fields.setUint8(42, 1);
  fields.setUint32(44, table.length, true);
  fields.setUint32(48, tableBlock, true);
  withMaps(image, [map]);
  return image;
}

/**
 * A disc that is written once: the file set and the root have virtual addresses, and the last block has the table of these, in the
 * form of revision 1.50 or the later one.
 */
export async function virtualVolume(form: 'old' | 'new'): Promise<Uint8Array> {
  const plain = await udfVolume();
  const image = grown(plain, 1);
  const last = plain.length / BLOCK;
  for (const start of sequences(image)) {
    const partition = partitionDescriptor.decode(descriptorAt(image, start + PARTITION_AT));
    put(
      image,
      start + PARTITION_AT,
      TAG_ID.partition,
      partitionDescriptor.encode({ ...partition, blocks: last + 1 - PARTITION }),
    );
  }
  const [main] = sequences(image);
  const fileSetBlock = logicalVolume.decode(descriptorAt(image, main + VOLUME_AT)).fileSet.block;
  const fileSet = fileSetDescriptor.decode(descriptorAt(image, PARTITION + fileSetBlock));
  const rootBlock = fileSet.root.block;
  const root = { ...fileSet.root, partition: 1, block: 2 };
  put(image, PARTITION + fileSetBlock, TAG_ID.fileSet, fileSetDescriptor.encode({ ...fileSet, root }), 1);
  const entry = descriptorAt(image, PARTITION + rootBlock);
  put(image, PARTITION + rootBlock, TAG_ID.fileEntry, entry, 2);
  const map = new Uint8Array(64);
  map.set([2, 64]);
  map.set(identifier('*UDF Virtual Partition'), 4);
  new DataView(map.buffer).setUint16(36, 1, true);
  withMaps(image, [Uint8Array.of(1, 6, 1, 0, 0, 0), map], 1, 1);
  put(image, last, TAG_ID.fileEntry, tableEntry(form, [0xffff_ffff, fileSetBlock, rootBlock], entry), last - PARTITION);
  return image;
}

/** The file entry of the table, which has its data. */
function tableEntry(form: 'old' | 'new', blocks: readonly number[], example: Uint8Array): Uint8Array {
  const head = form === 'old' ? 0 : 152;
  const table = new Uint8Array(head + blocks.length * 4 + (form === 'old' ? 36 : 0));
  const view = new DataView(table.buffer);
  if (form === 'new') view.setUint16(0, head, true);
  for (const [i, block] of blocks.entries()) view.setUint32(head + i * 4, block, true);
  if (form === 'old') {
    table.set(identifier('*UDF Virtual Alloc Tbl'), blocks.length * 4);
    view.setUint32(table.length - 4, 0xffff_ffff, true);
  }
  const value = {
    ...fileEntry.decode(example),
    fileType: form === 'old' ? 0 : 248,
    flags: 3,
    size: table.length,
    attributesLength: 0,
    allocationLength: table.length,
  };
  const descriptor = new Uint8Array(fileEntry.size + table.length);
  fileEntry.encodeInto(value, descriptor, 0);
  descriptor.set(table, fileEntry.size);
  return descriptor;
}
