// UDF on a disc: volume structures before block 256, the file structure after it, a second anchor at the end.
// Everything from block 257 to the end of the payload is one partition, so files are shared with ISO 9660.

import { alignUp } from '../bytes/index.js';
import {
  ANCHOR_BLOCK,
  ANCHOR_DISTANCE,
  BLOCK,
  blocksOf,
  fileSetAddress,
  INTEGRITY_BLOCKS,
  RECOGNITION_BLOCKS,
  renderAnchor,
  renderAreaHead,
  renderInode,
  renderIntegrity,
  renderMetadataFile,
  renderRecognition,
  renderSequence,
  SEQUENCE_BLOCKS,
  type UdfPlan,
  type UdfVolume,
} from '../format/udf/index.js';
import type { Piece } from '../io/index.js';
import type { AreaList } from './area.js';
import type { DiscFacts } from './facts.js';
import { gathered, type Part } from './gathered.js';
import { piecesIf, type UdfCondition } from './udf-need.js';

/** The partition starts after the anchor. */
const PARTITION = ANCHOR_BLOCK + 1;

export interface UdfIdentity {
  /** Sixteen hexadecimal digits that identify the volume. */
  readonly identity: string;
  /** The inputs of UDF. */
  readonly condition: UdfCondition;
}

/** UDF with the places of its parts. */
export interface PlacedUdf extends UdfIdentity {
  readonly plan: UdfPlan;
  readonly main: number;
  readonly reserve: number;
  readonly integrity: number;
  /** First block of the file structure. */
  readonly area: number;
  /** Entries of the metadata file and its mirror. */
  readonly metadata: { readonly file: number; readonly mirror: number } | undefined;
}

/** Adds the recognition sequence; it must directly follow the descriptors of ISO 9660. */
export function addRecognition(list: AreaList, plan: UdfPlan, condition: UdfCondition): void {
  list.add('UDF recognition', RECOGNITION_BLOCKS, ({ facts }) =>
    piecesIf(condition, [renderRecognition(plan.revision)], facts),
  );
}

/** Adds everything else before the files: descriptor sequences, anchor, file structure. */
export function addUdf(list: AreaList, plan: UdfPlan, { identity, condition }: UdfIdentity): PlacedUdf {
  const main = alignUp(list.nextExact, SEQUENCE_BLOCKS);
  const reserve = main + SEQUENCE_BLOCKS;
  const integrity = reserve + SEQUENCE_BLOCKS;
  const withMetadata = plan.revision.metadataPartition;
  const area = PARTITION + (withMetadata ? 1 : 0);
  const metadata = withMetadata ? { file: PARTITION, mirror: area + plan.blocks } : undefined;
  const placed: PlacedUdf = { plan, identity, condition, main, reserve, integrity, area, metadata };
  const add = (name: string, blocks: number, pieces: (facts: DiscFacts) => Iterable<Piece>) =>
    list.add(`UDF ${name}`, blocks, ({ facts }) => piecesIf(condition, pieces(facts), facts));
  list.leaveUntil(main);
  for (const block of [main, reserve]) {
    add(block === main ? 'volume descriptors' : 'reserve volume descriptors', SEQUENCE_BLOCKS, (facts) => [
      facts.late(SEQUENCE_BLOCKS * BLOCK, () => renderSequence(volumeOf(placed, facts), block)),
    ]);
  }
  add('integrity', INTEGRITY_BLOCKS, (facts) => [
    facts.late(INTEGRITY_BLOCKS * BLOCK, () => renderIntegrity(integrityOf(placed, facts), integrity)),
  ]);
  list.leaveUntil(ANCHOR_BLOCK);
  add('anchor', 1, () => [renderAnchor(ANCHOR_BLOCK, main, reserve, plan.revision)]);
  const placement = { partition: PARTITION, area };
  const addMetadata = (kind: 'metadata-file' | 'metadata-mirror', block: number) =>
    add(kind, 1, () => [renderMetadataFile(plan, kind, block, placement)]);
  if (metadata) addMetadata('metadata-file', metadata.file);
  add('files and directories', plan.blocks, (facts) => areaPieces(placed, facts));
  if (metadata) addMetadata('metadata-mirror', metadata.mirror);
  return placed;
}

/**
 * Blocks at the end of the image that the second anchor takes, given those of the backup GPT after it. The anchor is in
 * the last block, or 256 blocks before it if the last block belongs to the GPT.
 */
export function endBlocks(gptBlocks: number): number {
  return gptBlocks === 0 ? 1 : ANCHOR_DISTANCE + 1 - gptBlocks;
}

/** Adds the second anchor, after which the backup GPT follows. */
export function addEndAnchor(list: AreaList, { plan, condition, main, reserve }: PlacedUdf, gptBlocks: number): void {
  list.add('UDF end anchor', 1, ({ block, facts }) =>
    piecesIf(condition, [renderAnchor(block, main, reserve, plan.revision)], facts),
  );
  const rest = endBlocks(gptBlocks) - 1;
  list.add('unused', rest, () => [{ hole: rest * BLOCK }]);
}

function volumeOf({ plan, identity, integrity, area, metadata }: PlacedUdf, facts: DiscFacts): UdfVolume {
  return {
    volumeId: plan.volumeId,
    identity,
    time: plan.time,
    revision: plan.revision,
    partition: { start: PARTITION, blocks: facts.filesEnd - PARTITION },
    fileSet: fileSetAddress(plan, { partition: PARTITION, area }),
    integrity: { length: INTEGRITY_BLOCKS * BLOCK, block: integrity },
    metadata: metadata && { file: metadata.file - PARTITION, mirror: metadata.mirror - PARTITION },
  };
}

function integrityOf({ plan, metadata }: PlacedUdf, facts: DiscFacts) {
  const blocks = facts.filesEnd - PARTITION;
  return {
    time: plan.time,
    revision: plan.revision,
    nextUniqueId: plan.nextUniqueId,
    partitionBlocks: metadata ? [blocks, plan.blocks] : [blocks],
    files: plan.files,
    directories: plan.directories.size,
  };
}

/** The area of the file structure. Entries of files whose place is known late are rendered at the end. */
function* areaPieces(placed: PlacedUdf, facts: DiscFacts): Generator<Piece> {
  const { blocks, usedBlocks } = placed.plan;
  yield* gathered(areaParts(placed, facts), facts);
  if (usedBlocks < blocks) yield { hole: (blocks - usedBlocks) * BLOCK };
}

function* areaParts({ plan, area }: PlacedUdf, facts: DiscFacts): Generator<Part> {
  const placement = { partition: PARTITION, area, file: facts.place.bind(facts) };
  yield { length: BLOCK, isLate: false, render: () => renderAreaHead(plan, placement) };
  for (const [index, inode] of plan.inodes.entries()) {
    const { node } = inode;
    const isLate = node.kind === 'file' && facts.isLate(node.content);
    // An open file that stays below its limit leaves blocks for descriptors unused, after its entry.
    yield { length: blocksOf(inode) * BLOCK, isLate, render: () => renderInode(plan, index, placement) };
  }
}
