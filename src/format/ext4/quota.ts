// Quota files: the usage of every user, group or project, without limits (the tree format of quota version 2.1, "vfsv1",
// which the kernel's fs/quota reads and quota(8) documents).

import { reserved, struct, u16le, u32le, u64le } from '../../bytes/index.js';

/** Whose usage a quota file counts. */
export type QuotaKind = 'user-quota' | 'group-quota' | 'project-quota';

/** Bytes and inodes of one id. */
export interface Usage {
  space: number;
  inodes: number;
}

const MAGIC: Readonly<Record<QuotaKind, number>> = {
  'user-quota': 0xd9c01f11,
  'group-quota': 0xd9c01927,
  'project-quota': 0xd9c03f14,
};
const REVISION = 1;
const BLOCK = 1024;
const ROOT = 1;
/** One level of the tree per byte of an id, the highest first. */
const DEPTH = 4;
const GRACE_SECONDS = 7 * 24 * 60 * 60;

const header = struct('quota file header', 32, {
  magic: u32le(0x00),
  version: u32le(0x04),
  blockGrace: u32le(0x08),
  inodeGrace: u32le(0x0c),
  flags: u32le(0x10),
  blocks: u32le(0x14),
  freeBlock: u32le(0x18),
  freeEntryBlock: u32le(0x1c),
});

const leafHeader = struct('quota block header', 16, {
  nextFree: u32le(0x0),
  previousFree: u32le(0x4),
  entries: u16le(0x8),
  reserveda: reserved(0xa, 6),
});

const entry = struct('quota entry', 72, {
  id: u32le(0x00),
  reserved4: reserved(0x04, 4),
  inodeHardLimit: u64le(0x08),
  inodeSoftLimit: u64le(0x10),
  inodes: u64le(0x18),
  spaceHardLimit: u64le(0x20),
  spaceSoftLimit: u64le(0x28),
  space: u64le(0x30),
  spaceGrace: u64le(0x38),
  inodeGrace: u64le(0x40),
});

const PER_LEAF = Math.floor((BLOCK - leafHeader.size) / entry.size);
const NO_LIMITS = {
  inodeHardLimit: 0,
  inodeSoftLimit: 0,
  spaceHardLimit: 0,
  spaceSoftLimit: 0,
  spaceGrace: 0,
  inodeGrace: 0,
};

/** Length in bytes of a quota file with these ids. */
export function quotaFileSize(ids: Iterable<number>): number {
  return new QuotaTree([...ids].sort((a, b) => a - b)).blocks * BLOCK;
}

/** A quota file. */
export function renderQuotaFile(kind: QuotaKind, usages: ReadonlyMap<number, Usage>): Uint8Array {
  const ids = [...usages.keys()].sort((a, b) => a - b);
  const tree = new QuotaTree(ids);
  const bytes = new Uint8Array(tree.blocks * BLOCK);
  const view = new DataView(bytes.buffer);
  const partial = ids.length % PER_LEAF === 0 ? 0 : tree.leafOf(ids.length - 1);
  header.encodeInto(
    {
      magic: MAGIC[kind],
      version: REVISION,
      blockGrace: GRACE_SECONDS,
      inodeGrace: GRACE_SECONDS,
      flags: 0,
      blocks: tree.blocks,
      freeBlock: 0,
      freeEntryBlock: partial,
    },
    bytes,
    0,
  );
  for (const { block, place, target } of tree.references) view.setUint32(block * BLOCK + place * 4, target, true);
  for (const [index, id] of ids.entries()) {
    const leaf = tree.leafOf(index) * BLOCK;
    const place = index % PER_LEAF;
    leafHeader.encodeInto({ nextFree: 0, previousFree: 0, entries: place + 1 }, bytes, leaf);
    entry.encodeInto({ ...NO_LIMITS, id, ...usages.get(id)! }, bytes, leaf + leafHeader.size + place * entry.size);
  }
  return bytes;
}

/** Which block refers to which: nodes first, as ids ask for them, then the leaves, filled in the order of ids. */
class QuotaTree {
  readonly references: { readonly block: number; readonly place: number; target: number }[] = [];
  readonly blocks: number;
  readonly #firstLeaf: number;

  constructor(ids: readonly number[]) {
    const nodes = new Map<string, number>();
    const nodeOf = (depth: number, id: number): number => {
      if (depth === 0) return ROOT;
      const key = `${depth} ${id >>> ((DEPTH - depth) * 8)}`;
      const known = nodes.get(key);
      if (known !== undefined) return known;
      const above = nodeOf(depth - 1, id);
      const made = ROOT + 1 + nodes.size;
      nodes.set(key, made);
      this.references.push({ block: above, place: placeOf(depth - 1, id), target: made });
      return made;
    };
    const last = ids.map((id) => nodeOf(DEPTH - 1, id));
    this.#firstLeaf = ROOT + 1 + nodes.size;
    for (const [index, id] of ids.entries()) {
      this.references.push({ block: last[index]!, place: placeOf(DEPTH - 1, id), target: this.leafOf(index) });
    }
    this.blocks = this.#firstLeaf + Math.ceil(ids.length / PER_LEAF);
  }

  /** Block that holds the entry of the n-th id. */
  leafOf(index: number): number {
    return this.#firstLeaf + Math.floor(index / PER_LEAF);
  }
}

const placeOf = (depth: number, id: number) => (id >>> ((DEPTH - 1 - depth) * 8)) & 0xff;
