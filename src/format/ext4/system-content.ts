// The content of the file system's own files, when everything has its place.

import type { Blueprint } from './blueprint.js';
import { inodeSeed } from './checksum.js';
import { ownBlocks, xattrsOf } from './inventory.js';
import { renderOrphanBlock } from './orphan-file.js';
import { type QuotaKind, renderQuotaFile, type Usage } from './quota.js';
import type { SystemFile } from './system-files.js';

/** Inode number of a kind of system file, 0 without. */
export function systemInode({ placement }: Blueprint, kind: SystemFile['kind']): number {
  return placement.system.find(({ file }) => file.kind === kind)?.file.ino ?? 0;
}

/** The bytes of a system file whose first block has this index in the data space. */
export function renderSystemFile(blueprint: Blueprint, file: SystemFile, start: number): Uint8Array {
  if (file.kind === 'xattr-value') return file.value!.value;
  if (file.kind !== 'orphan-file') return renderQuotaFile(file.kind, usagesOf(blueprint, file.kind));
  const { blockSize, space } = blueprint.geometry;
  const bytes = new Uint8Array(file.size);
  const seed = inodeSeed(blueprint.checksumSeed, file.ino);
  for (let index = 0; index * blockSize < file.size; index++) {
    renderOrphanBlock(bytes.subarray(index * blockSize, (index + 1) * blockSize), space.blockAt(start + index), seed);
  }
  return bytes;
}

/** Usage of each id; the file system's own files do not count. */
function usagesOf({ inventory, placement, geometry }: Blueprint, kind: QuotaKind): Map<number, Usage> {
  const usages = new Map<number, Usage>();
  for (const [slot, node] of inventory.nodes.entries()) {
    if (!node) continue;
    const id = kind === 'user-quota' ? node.uid : kind === 'group-quota' ? node.gid : 0;
    const usage = usages.get(id) ?? { space: 0, inodes: 0 };
    usage.space += (ownBlocks(inventory, slot) + placement.treeBlocks[slot]!) * geometry.blockSize;
    // A value in a separate inode counts as one more inode for everybody who refers to it.
    usage.inodes += 1 + (xattrsOf(inventory, slot)?.externalValues ?? 0);
    usages.set(id, usage);
  }
  return usages;
}
