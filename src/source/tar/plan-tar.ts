// A tree as a tar archive: pax headers, sparse files as GNU tar's version 1.0 has them. The entries come in the order of a walk, so
// the same tree gives the same bytes.

import { type ByteString, defined } from '../../bytes/index.js';
import {
  cut,
  type Data,
  EarlyReader,
  type ExactContent,
  exactContent,
  exactly,
  type ImagePlan,
  isReadEarly,
  type Range,
  type Run,
} from '../../io/index.js';
import { type File, type FileTree, hardLinkCounts, type Loss, LossLog, type Node, walk } from '../../tree/index.js';
import { padded } from './data.js';
import { BLOCK } from './header.js';
import { renderHeaders, renderSparseMap, type TYPE } from './render-member.js';

/** How a tree becomes an archive. */
export interface TarPlanOptions {
  /** Default true. */
  readonly xattrs?: boolean;
  /** Called with a file that cannot be read; zeros replace the rest of it. Default: the fault ends the archive. */
  readonly fault?: (path: ByteString, error: unknown) => void;
}

/** Counts of an archive, and its losses. */
export interface TarLayout {
  /** Number of entries without the top directory. */
  readonly entries: number;
  /** Total size of the contents of files. */
  readonly bytes: number;
  readonly losses: readonly Loss[];
}

/** Two blocks of zeros. */
const END = 2 * BLOCK;

/** Plans the archive. */
export function planTar(tree: FileTree, options: TarPlanOptions = {}): ImagePlan<TarLayout, ExactContent> {
  const losses = new LossLog();
  let [entries, bytes, size] = [-1, 0, END];
  for (const member of membersOf(tree, options, losses)) {
    entries++;
    size += member.headers.length;
    if (!member.content) continue;
    bytes += member.content.size;
    size += padded(dataLength(member));
  }
  const content = exactContent(size, (run) => pieces(tree, options, run));
  return { ...content, layout: { entries, bytes, losses: losses.list() } };
}

/** One entry, up to its data. */
interface Member {
  readonly path: ByteString;
  readonly headers: Uint8Array;
  readonly content?: ExactContent;
  /** For a sparse file, its map and the ranges with data. */
  readonly sparse?: { readonly map: Uint8Array; readonly ranges: readonly Range[] };
}

function dataLength({ content, sparse }: Member): number {
  return sparse ? sparse.map.length + lengthOf(sparse.ranges) : content!.size;
}

function* membersOf(tree: FileTree, options: TarPlanOptions, losses?: LossLog): Generator<Member> {
  const links = hardLinkCounts(tree);
  const first = new Map<Node, ByteString>();
  for (const { path, node } of walk(tree)) {
    const named = `./${path}${node.kind === 'directory' && path !== '' ? '/' : ''}` as ByteString;
    const earlier = first.get(node);
    if (node.kind === 'socket') losses?.add('tar.socket', 'An archive has no sockets.', path);
    else if (earlier !== undefined) yield { path, headers: headersOf(named, node, options, 0, earlier) };
    else {
      if (links.has(node)) first.set(node, named);
      yield node.kind === 'file'
        ? fileMember(path, named, node, options)
        : { path, headers: headersOf(named, node, options, 0) };
    }
  }
}

function fileMember(path: ByteString, named: ByteString, node: File, options: TarPlanOptions): Member {
  const { content } = node;
  if (content.holes.length === 0) return { path, content, headers: headersOf(named, node, options, content.size) };
  const ranges = between(content.holes, content.size);
  const map = renderSparseMap(ranges, content.size);
  const size = map.length + lengthOf(ranges);
  return {
    path,
    content,
    sparse: { map, ranges },
    headers: headersOf(named, node, options, size, undefined, content.size),
  };
}

function headersOf(
  path: ByteString,
  node: Node,
  { xattrs = true }: TarPlanOptions,
  size: number,
  linkTo?: ByteString,
  sparseSize?: number,
): Uint8Array {
  const { uid, gid, mtime, mode } = node;
  const type = linkTo === undefined ? (node.kind as keyof typeof TYPE) : 'hard-link';
  const target = linkTo ?? (node.kind === 'symlink' ? node.target : ('' as ByteString));
  const [major, minor] = 'major' in node ? [node.major, node.minor] : [0, 0];
  const kept = xattrs && linkTo === undefined ? node.xattrs : [];
  const sparse = defined({ sparseSize });
  return renderHeaders(type, mode, { path, target, size, uid, gid, mtime, major, minor, xattrs: kept, ...sparse });
}

/** Ranges that are not holes. */
function between(holes: readonly Range[], size: number): Range[] {
  const ranges: Range[] = [];
  let at = 0;
  for (const hole of [...holes, { at: size, length: 0 }]) {
    if (hole.at > at) ranges.push({ at, length: hole.at - at });
    at = hole.at + hole.length;
  }
  return ranges;
}

function lengthOf(ranges: readonly Range[]): number {
  return ranges.reduce((sum, { length }) => sum + length, 0);
}

async function* pieces(tree: FileTree, options: TarPlanOptions, run: Run): AsyncGenerator<Data> {
  const early = new EarlyReader(earlyContents(tree), run);
  try {
    for (const member of membersOf(tree, options)) {
      yield member.headers;
      if (!member.content) continue;
      if (member.sparse) yield member.sparse.map;
      const length = dataLength(member);
      yield* withoutFaults(member, length - (member.sparse?.map.length ?? 0), dataOf(member, early, run), options);
      if (padded(length) > length) yield { hole: padded(length) - length };
    }
    yield { hole: END };
  } finally {
    await early.settled();
  }
}

/** Contents that are read early, in the order of the archive. */
function* earlyContents(tree: FileTree): Generator<ExactContent> {
  const stored = new Set<Node>();
  const links = hardLinkCounts(tree);
  for (const { node } of walk(tree)) {
    if (node.kind !== 'file' || !isReadEarly(node.content) || stored.has(node)) continue;
    if (links.has(node)) stored.add(node);
    yield node.content;
  }
}

async function* dataOf({ content, sparse }: Member, early: EarlyReader, run: Run): AsyncGenerator<Data> {
  if (sparse) yield* cut(exactly(content!, run), sparse.ranges);
  else if (isReadEarly(content!)) yield await early.bytes(content!);
  else yield* exactly(content!, run);
}

/** The data, with zeros in place of bytes that cannot be read, if `fault` takes the error. */
async function* withoutFaults(
  { path }: Member,
  length: number,
  data: AsyncGenerator<Data>,
  { fault }: TarPlanOptions,
): AsyncGenerator<Data> {
  let done = 0;
  try {
    for await (const piece of data) {
      done += 'hole' in piece ? piece.hole : piece.length;
      yield piece;
    }
  } catch (error) {
    if (!fault) throw error;
    fault(path, error);
    if (length > done) yield { hole: length - done };
  }
}
