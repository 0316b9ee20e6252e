// A laid-out file structure as bytes, once its place and the places of files are known.

import { divCeil } from '../../bytes/index.js';
import { assertPlanned } from '../../errors.js';
import type { Content } from '../../io/index.js';
import type { Directory, File } from '../../tree/index.js';
import { type DataRun, type Place, renderAllocation } from './allocation.js';
import { deviceAttributes } from './device.js';
import type { LongAddress } from './fields.js';
import { DATA_FORM, type EntryFacts, entryRoom, writeFileEntry } from './file-entry.js';
import { CHARACTERISTIC, writeIdentifier } from './file-identifier.js';
import { renderFileSet } from './file-set.js';
import { BLOCK } from './geometry.js';
import { encodeTarget } from './link-target.js';
import { blocksOf, type UdfInode, type UdfPlan } from './plan.js';

const NOTHING = new Uint8Array(0);
/** Unique ids appear in addresses from 2.00 on. */
const FIRST_REVISION_WITH_IDS = 0x200;

/** The places on the disc that rendering needs. Blocks are absolute. */
export interface UdfPlacement {
  /** First block of the partition. */
  readonly partition: number;
  /** First block of the area of {@link UdfPlan}. */
  readonly area: number;
  /** Where the data of a file are: block and bytes. */
  file(node: File<Content>): { readonly block: number; readonly size: number };
}

/** Address of the file set descriptor, for the logical volume descriptor. */
export function fileSetAddress(plan: UdfPlan, placement: Pick<UdfPlacement, 'partition' | 'area'>): LongAddress {
  return { ...areaPlace(plan, placement, 0), length: BLOCK, uniqueId: 0 };
}

/** The file set descriptor: first block of the area. */
export function renderAreaHead(plan: UdfPlan, placement: Pick<UdfPlacement, 'partition' | 'area'>): Uint8Array {
  const { block } = areaPlace(plan, placement, 0);
  return renderFileSet(plan.volumeId, plan.time, entryAddress(plan, placement, 0), block, plan.revision);
}

/** Everything of one inode: its entry, the blocks that continue it, directory or link data. Whole blocks. */
export function renderInode(plan: UdfPlan, index: number, placement: UdfPlacement): Uint8Array {
  const inode = plan.inodes[index]!;
  const { node, continuations, dataBlocks, dataSize } = inode;
  const { tagVersion } = plan.revision;
  const bytes = new Uint8Array(blocksOf(inode) * BLOCK);
  const place = areaPlace(plan, placement, inode.block);
  const extendedAttributes =
    node.kind === 'block-device' || node.kind === 'character-device'
      ? deviceAttributes(node.major, node.minor, place.block, tagVersion)
      : NOTHING;
  const room = entryRoom(extendedAttributes.length);
  const facts = (size: number, blocks: number, form: EntryFacts['form'], allocation: Uint8Array): EntryFacts => ({
    kind: node.kind,
    mode: node.mode,
    uid: node.uid,
    gid: node.gid,
    time: node.mtime,
    links: inode.links,
    size,
    blocks,
    uniqueId: inode.uniqueId,
    extendedAttributes,
    form,
    allocation,
  });
  const at = { location: place.block, tagVersion };
  const isData = node.kind === 'directory' || node.kind === 'symlink';
  if (isData && dataBlocks === 0) {
    const data = new Uint8Array(dataSize);
    writeData(plan, index, placement, data, () => place.block);
    writeFileEntry(facts(dataSize, 0, DATA_FORM.embedded, data), bytes, 0, at);
    return bytes;
  }
  const run = isData ? dataRun(inode, place) : fileRun(node, placement);
  const allocation = renderAllocation(
    run,
    room,
    plan.descriptorWidth,
    { ...place, block: place.block + 1 },
    tagVersion,
  );
  const form = plan.descriptorWidth === 16 ? DATA_FORM.long : DATA_FORM.short;
  writeFileEntry(facts(run.size, divCeil(run.size, BLOCK), form, allocation.inEntry), bytes, 0, at);
  for (const [i, block] of allocation.continuations.entries()) bytes.set(block, (1 + i) * BLOCK);
  if (isData) {
    const data = bytes.subarray((1 + continuations) * BLOCK);
    writeData(plan, index, placement, data, (offset) => run.block + Math.floor(offset / BLOCK));
  }
  return bytes;
}

/** Entry of the file that holds a metadata partition, or of its mirror, as block `block` of the medium. */
export function renderMetadataFile(
  plan: UdfPlan,
  kind: 'metadata-file' | 'metadata-mirror',
  block: number,
  { partition, area }: Pick<UdfPlacement, 'partition' | 'area'>,
): Uint8Array {
  const bytes = new Uint8Array(BLOCK);
  const location = block - partition;
  const { tagVersion } = plan.revision;
  const run = { block: area - partition, partition: 0, size: plan.blocks * BLOCK };
  const { inEntry } = renderAllocation(run, entryRoom(0), 8, { block: 0, partition: 0 }, tagVersion);
  const facts = {
    kind,
    mode: 0,
    uid: 0,
    gid: 0,
    time: plan.time,
    links: 0,
    size: run.size,
    blocks: plan.blocks,
    uniqueId: 0,
    extendedAttributes: NOTHING,
    form: DATA_FORM.short,
    allocation: inEntry,
  };
  writeFileEntry(facts, bytes, 0, { location, tagVersion });
  return bytes;
}

/** A block of the area as its references name it: in the metadata partition, or in the one that holds everything. */
function areaPlace(
  { revision }: UdfPlan,
  { partition, area }: Pick<UdfPlacement, 'partition' | 'area'>,
  block: number,
): Place {
  return revision.metadataPartition ? { block, partition: 1 } : { block: area - partition + block, partition: 0 };
}

function entryAddress(plan: UdfPlan, placement: Pick<UdfPlacement, 'partition' | 'area'>, index: number): LongAddress {
  const { block, uniqueId } = plan.inodes[index]!;
  const hasIds = plan.revision.code >= FIRST_REVISION_WITH_IDS;
  return { ...areaPlace(plan, placement, block), length: BLOCK, uniqueId: hasIds ? uniqueId : 0 };
}

function dataRun({ continuations, dataSize }: UdfInode, entry: Place): DataRun {
  return { ...entry, block: entry.block + 1 + continuations, size: dataSize };
}

function fileRun(node: UdfInode['node'], placement: UdfPlacement): DataRun {
  if (node.kind !== 'file') return { block: 0, partition: 0, size: 0 };
  const { block, size } = placement.file(node);
  return { block: block - placement.partition, partition: 0, size };
}

/** Directory or link data into `data`; `blockAt` gives the block of a byte, as stated in tags. */
function writeData(
  plan: UdfPlan,
  index: number,
  placement: UdfPlacement,
  data: Uint8Array,
  blockAt: (offset: number) => number,
): void {
  const { node } = plan.inodes[index]!;
  if (node.kind === 'symlink') data.set(encodeTarget(node.target));
  if (node.kind === 'directory') writeDirectory(plan, node, placement, data, blockAt);
}

function writeDirectory(
  plan: UdfPlan,
  node: Directory<Content>,
  placement: UdfPlacement,
  data: Uint8Array,
  blockAt: (offset: number) => number,
): void {
  const { names, parent } = plan.directories.get(node)!;
  const { tagVersion } = plan.revision;
  let end = 0;
  const add = (name: string, inode: number, characteristics: number) => {
    const entry = entryAddress(plan, placement, inode);
    const at = { location: blockAt(end), tagVersion };
    end += writeIdentifier({ name, entry, characteristics }, data, end, at);
  };
  add('', parent, CHARACTERISTIC.directory | CHARACTERISTIC.parent);
  let i = 0;
  for (const child of node.entries.values()) {
    add(names[i++]!, plan.indexOf.get(child)!, child.kind === 'directory' ? CHARACTERISTIC.directory : 0);
  }
  assertPlanned('UDF directory', plan.inodes[plan.indexOf.get(node)!]!.dataSize, end);
}
