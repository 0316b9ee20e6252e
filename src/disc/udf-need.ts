// Whether a disc gets UDF that is to have it only if it grows large: with exact files that is known before anything is
// placed, with open ones when the last of them has ended.

import { type Content, contentLimit, isBackpatch, isExact, isHole, type Piece, pieceLength } from '../io/index.js';
import { type FileTree, visitNodes } from '../tree/index.js';
import type { DiscFacts } from './facts.js';
import type { ResolvedDiscOptions } from './options.js';

/** Decides at the end of the payload; undefined if it is decided already. */
export type UdfCondition = ((facts: DiscFacts) => boolean) | undefined;

interface UdfNeed {
  /** The options, without UDF where it will not be needed. */
  readonly options: ResolvedDiscOptions;
  readonly condition: UdfCondition;
}

/** Weighs the files of the tree against the size from which on there is to be UDF. */
export function settleUdf(tree: FileTree<Content>, options: ResolvedDiscOptions): UdfNeed {
  const { udfAbove } = options;
  if (udfAbove === undefined) return { options, condition: undefined };
  const { exact, most } = fileBytes(tree);
  if (most <= udfAbove) return { options: { ...options, udf: undefined }, condition: undefined };
  if (exact > udfAbove) return { options, condition: undefined };
  return { options, condition: (facts) => exact + facts.openBytes > udfAbove };
}

/** Bytes of all exact files, and the most that all files can have; what is shared counts once. */
function fileBytes(tree: FileTree<Content>): { readonly exact: number; readonly most: number } {
  const contents = new Set<Content>();
  visitNodes(tree, (node) => {
    if (node.kind === 'file') contents.add(node.content);
  });
  let [exact, most] = [0, 0];
  for (const content of contents) {
    if (isExact(content)) exact += content.size;
    most += contentLimit(content);
  }
  return { exact, most };
}

/** The pieces of a part of UDF, or as many zeros where it turns out not to be needed. */
export function* piecesIf(condition: UdfCondition, pieces: Iterable<Piece>, facts: DiscFacts): Generator<Piece> {
  if (!condition) {
    yield* pieces;
    return;
  }
  for (const piece of pieces) {
    const length = pieceLength(piece);
    if (isHole(piece)) yield piece;
    else yield facts.late(length, () => (condition(facts) ? bytesOf(piece) : new Uint8Array(length)));
  }
}

const bytesOf = (piece: Exclude<Piece, { hole: number }>) => (isBackpatch(piece) ? piece.render() : piece);
