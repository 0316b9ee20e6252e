// Logical volume integrity descriptor (ECMA-167 3/10.10, UDF 2.2.6): that the volume is complete, its sizes and counts.

import { concatBytes, reserved, struct, type Timestamp, u16le, u32le, u64le } from '../../bytes/index.js';
import { entityId, extentAd, stamp } from './fields.js';
import { INTEGRITY_BLOCKS } from './geometry.js';
import { IMPLEMENTATION, type RevisionFacts } from './revision.js';
import { stamped, TAG, TAG_ID } from './tag.js';
import { inBlock, renderTerminator } from './volume-sequence.js';

const CLOSED = 1;

export const integrityHead = struct('UDF integrity descriptor', 80, {
  tag: reserved(0, TAG),
  recorded: stamp(16),
  /** 1: closed. */
  kind: u32le(28),
  next: extentAd(32),
  nextUniqueId: u64le(40),
  reserved48: reserved(48, 24),
  partitions: u32le(72),
  useLength: u32le(76),
});

export const integrityUse = struct('UDF integrity implementation use', 46, {
  implementation: entityId(0),
  files: u32le(32),
  directories: u32le(36),
  leastReadRevision: u16le(40),
  leastWriteRevision: u16le(42),
  mostWriteRevision: u16le(44),
});

export interface IntegrityFacts {
  readonly time: Timestamp;
  readonly revision: RevisionFacts;
  /** Greater than every unique id in use. */
  readonly nextUniqueId: number;
  /** Blocks of each partition map. */
  readonly partitionBlocks: readonly number[];
  readonly files: number;
  readonly directories: number;
}

/** The descriptor at `block` and the one that ends its sequence. */
export function renderIntegrity(facts: IntegrityFacts, block: number): Uint8Array {
  const { time, revision, nextUniqueId, partitionBlocks, files, directories } = facts;
  const head = integrityHead.encode({
    recorded: time,
    kind: CLOSED,
    next: { length: 0, block: 0 },
    nextUniqueId,
    partitions: partitionBlocks.length,
    useLength: integrityUse.size,
  });
  const free = new Uint8Array(partitionBlocks.length * 4);
  const sizes = new Uint8Array(partitionBlocks.length * 4);
  for (const [i, blocks] of partitionBlocks.entries()) new DataView(sizes.buffer).setUint32(i * 4, blocks, true);
  const use = integrityUse.encode({
    implementation: IMPLEMENTATION,
    files,
    directories,
    leastReadRevision: revision.readCode,
    leastWriteRevision: revision.code,
    mostWriteRevision: revision.code,
  });
  const descriptor = concatBytes([head, free, sizes, use]);
  const tag = { id: TAG_ID.integrity, version: revision.tagVersion, location: block };
  const end = renderTerminator(block + INTEGRITY_BLOCKS - 1, revision);
  return concatBytes([inBlock(stamped(descriptor, tag)), end]);
}
