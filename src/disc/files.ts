// File data: every content once, in tree order after the BIOS boot image; open content last, because nothing after it
// has an address before it has ended.

import { type ByteString, divCeil } from '../bytes/index.js';
import { assertPlanned, InternalError } from '../errors.js';
import { type BootPatches, checkIsolinux, patchBootImage } from '../format/eltorito/index.js';
import { BLOCK, type FilePlace } from '../format/iso9660/index.js';
import {
  type Content,
  collect,
  type ExactContent,
  exactContent,
  isExact,
  type OpenContent,
  type Piece,
  packed,
  pieceLength,
  type Unread,
} from '../io/index.js';
import { countNames, type File, type FileTree, matchesPath, parsePattern, walk } from '../tree/index.js';
import type { Emission } from './area.js';
import { FilePlaces } from './file-places.js';
import type { WeightRule } from './options.js';

export interface OpenFile {
  readonly node: File<Content>;
  readonly content: OpenContent;
  readonly path: string;
}

export interface FilePlan {
  readonly places: FilePlaces;
  /** Contents in the order of their places; empty ones too, which have to be empty still when they are read. */
  readonly exact: readonly ExactContent[];
  /** Blocks of all exact contents. */
  readonly blocks: number;
  readonly open: readonly OpenFile[];
}

export interface FileOrder {
  /** Come before all others. */
  readonly first: readonly BootImageFile[];
  /** Nodes that have their place already. */
  readonly given: ReadonlyMap<File<Content>, FilePlace>;
  readonly sort: readonly WeightRule[];
  /** Stored elsewhere: the appended ESP. */
  readonly elsewhere: Content | undefined;
}

/** Gives every file its place from block `start` on. Equal content objects of all nodes share their data. */
export function planFiles(
  tree: FileTree<Content>,
  start: number,
  { first, given, sort, elsewhere }: FileOrder,
): FilePlan {
  const places = new FilePlaces(given);
  // Made for the most there can be: an array that grows leaves copies behind, of several bytes per file.
  const exact: ExactContent[] = new Array(first.length + countNames(tree.root));
  let count = 0;
  const open = new Map<File<Content>, OpenFile>();
  let block = start;
  const add = (content: ExactContent) => {
    exact[count++] = content;
    block += divCeil(content.size, BLOCK);
  };
  for (const image of first) {
    if (places.get(image.node)) continue;
    const content = patchedContent(image, block);
    if (content === image.content) places.place(content, block);
    else places.placeAlone(image.node, { block, size: content.size });
    add(content);
  }
  for (const { node, path } of heaviestFirst(tree, sort)) {
    const { content } = node;
    if (content === elsewhere) continue;
    if (!isExact(content)) open.set(node, { node, content, path });
    else if (!places.isAlone(node) && places.place(content, block)) add(content);
  }
  exact.length = count;
  return { places, exact, blocks: block - start, open: [...open.values()] };
}

interface PlacedFile {
  readonly node: File<Content>;
  readonly path: ByteString;
}

/** All files in tree order, or by weight where rules give weights. */
function heaviestFirst(tree: FileTree<Content>, rules: readonly WeightRule[]): Iterable<PlacedFile> {
  if (rules.length === 0) return filesOf(tree);
  const matchers = rules.map(({ pattern, weight }) => ({ parsed: parsePattern(pattern), weight }));
  const weighed = Array.from(filesOf(tree), ({ node, path }) => {
    const names = path.split('/');
    return { node, path, weight: matchers.find(({ parsed }) => matchesPath(parsed, names))?.weight ?? 0 };
  });
  // Sorting is stable: among equals the order of the tree stays.
  return weighed.sort((a, b) => b.weight - a.weight);
}

function* filesOf(tree: FileTree<Content>): Generator<PlacedFile> {
  for (const { node, path } of walk(tree)) if (node.kind === 'file') yield { node, path };
}

/** All exact files, each filled up to whole blocks. */
export function exactFilePieces({ exact }: FilePlan): (emission: Emission) => AsyncIterable<Piece | Unread> {
  return ({ run, unread }) => packed(slots(exact), run, unread);
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
  readonly path: string;
  readonly node: File<Content>;
  readonly content: ExactContent;
  readonly patches: BootPatches;
  /** Whether the MBR starts it as ISOLINUX. */
  readonly isIsolinux: boolean;
}

/** The image with the facts about its own place in it: on the medium it differs from the file in the tree. */
function patchedContent({ path, content, patches, isIsolinux }: BootImageFile, block: number): ExactContent {
  if (!patches.bootInfoTable && !patches.grubBootInfo) return content;
  return exactContent(content.size, async function* (run) {
    const image = await collect(content, run);
    assertPlanned('boot image size', content.size, image.length);
    if (isIsolinux) checkIsolinux(path, image);
    yield patchBootImage(image, block, patches);
  });
}
