// File data: every content once, in tree order behind the BIOS boot image; open content last, because nothing behind it
// has an address before it has ended.

import { divCeil } from '../bytes/index.js';
import { assertPlanned, InternalError } from '../errors.js';
import { type BootPatches, patchBootImage } from '../format/eltorito/index.js';
import { BLOCK, type FilePlace } from '../format/iso9660/index.js';
import {
  bytesSource,
  type Content,
  collect,
  type ExactContent,
  isExact,
  type OpenContent,
  type Piece,
  packed,
  pieceLength,
} from '../io/index.js';
import { type File, type FileTree, walk } from '../tree/index.js';
import type { Emission } from './area.js';

export interface OpenFile {
  readonly node: File<Content>;
  readonly content: OpenContent;
  readonly path: string;
}

export interface FilePlan {
  /** Where every exact file lies. */
  readonly places: ReadonlyMap<File<Content>, FilePlace>;
  /** Contents in the order of their places; files without data are not among them. */
  readonly exact: readonly ExactContent[];
  /** Blocks of all exact contents. */
  readonly blocks: number;
  readonly open: readonly OpenFile[];
}

/** Gives every file its place from block `start` on; `first` comes first, and nodes that `given` knows keep their place. */
export function planFiles(
  tree: FileTree<Content>,
  start: number,
  first: BootImageFile | undefined,
  given: ReadonlyMap<File<Content>, FilePlace>,
): FilePlan {
  const places = new Map(given);
  const exact: ExactContent[] = [];
  const open: OpenFile[] = [];
  const openNodes = new Set<File<Content>>();
  let block = start;
  const place = (node: File<Content>, content: ExactContent) => {
    places.set(node, { block, size: content.size });
    if (content.size > 0) exact.push(content);
    block += divCeil(content.size, BLOCK);
  };
  if (first) place(first.node, patchedContent(first, start));
  for (const { node, path } of walk(tree)) {
    if (node.kind !== 'file' || places.has(node) || openNodes.has(node)) continue;
    if (isExact(node.content)) place(node, node.content);
    else {
      openNodes.add(node);
      open.push({ node, content: node.content, path });
    }
  }
  return { places, exact, blocks: block - start, open };
}

/** All exact files, each filled up to whole blocks. */
export function exactFilePieces({ exact }: FilePlan): (emission: Emission) => AsyncIterable<Piece> {
  return ({ run }) => packed(slots(exact), run);
}

function* slots(contents: readonly ExactContent[]) {
  for (const content of contents) yield { content, span: divCeil(content.size, BLOCK) * BLOCK };
}

/** One open file, filled up to a whole block; the facts learn its size. */
export function openFilePieces({ node, content, path }: OpenFile): (emission: Emission) => AsyncIterable<Piece> {
  return async function* ({ facts, block, run }) {
    let size = 0;
    for await (const piece of content.pieces(run)) {
      size += pieceLength(piece);
      if (size > content.sizeLimit) {
        throw new InternalError('internal.size-limit', `${path} promised at most ${content.sizeLimit} bytes.`);
      }
      yield piece;
    }
    facts.learn(node, { block, size });
    const rest = divCeil(size, BLOCK) * BLOCK - size;
    if (rest > 0) yield { hole: rest };
  };
}

export interface BootImageFile {
  readonly node: File<Content>;
  readonly content: ExactContent;
  readonly patches: BootPatches;
}

/** The image with the facts about its own place in it: on the medium it differs from the file in the tree. */
function patchedContent({ content, patches }: BootImageFile, block: number): ExactContent {
  if (!patches.bootInfoTable && !patches.grubBootInfo) return content;
  return {
    size: content.size,
    async *pieces(run) {
      const image = await collect(content, run);
      assertPlanned('boot image size', content.size, image.length);
      yield* bytesSource(patchBootImage(image, block, patches)).pieces(run);
    },
  };
}
