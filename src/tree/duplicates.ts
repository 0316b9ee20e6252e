// Equal files get the same content object before any format plans its places: one object is stored once.

import {
  type Content,
  digestsOfFiles,
  type ExactContent,
  isExact,
  isHole,
  isTakenByThreads,
  type KnownDigests,
  type Run,
  readHead,
  yieldToEventLoop,
} from '../io/index.js';
import { BLOCK, bytesIdentity, IDENTITY_SIZE, identities } from './content-identity.js';
import type { FileTree } from './file-tree.js';
import { file } from './node.js';
import { mapNodes } from './rewrite.js';
import { visitNodes } from './walk.js';

/** Contents larger than this are read whole only if another one of their size starts with the same bytes. */
const LARGE = 4 * 1024 * 1024;
/** How much of a large content is compared first; of other files it is one block. */
const HEAD = 64 * 1024;
/** The event loop runs about once per this many files of which the beginning is read. */
const HEADS_PER_YIELD = 256;

/** Which contents are compared. */
export interface ShareOptions {
  /** Smallest size in bytes, 1 or more. Default 1. */
  readonly least?: number;
  /** Identities of contents that need not be read. Default: none. */
  readonly known?: KnownDigests | undefined;
}

/**
 * The tree with equal contents made one object, the first in tree order. Reads only contents whose size occurs more than
 * once, a piece at a time; open contents are left alone, and those of less than `least` bytes. Reports its step as "comparing".
 */
export async function shareDuplicates<C extends Content>(
  tree: FileTree<C>,
  run: Run,
  { least = 1, known }: ShareOptions = {},
): Promise<FileTree<C>> {
  const twins = await findTwins(candidatesOf(tree, least), run, known);
  if (twins.size === 0) return tree;
  return mapNodes(tree, (node) => {
    const twin = node.kind === 'file' && isExact(node.content) ? twins.get(node.content) : undefined;
    // Not spread: only nodes that are made like all others have their compact form.
    return twin ? file<C>(twin as Content as never, node) : node;
  });
}

/** Contents that are not the only ones of their size, in tree order, each once. */
function candidatesOf(tree: FileTree<Content>, least: number): ExactContent[] {
  /** The only content of a size; undefined if there are several. */
  const onlyOne = new Map<number, ExactContent | undefined>();
  visitContents(tree, least, (content) => {
    const { size } = content;
    const known = onlyOne.get(size);
    if (known ? known !== content : onlyOne.has(size)) onlyOne.set(size, undefined);
    else onlyOne.set(size, content);
  });
  const candidates = new Set<ExactContent>();
  visitContents(tree, least, (content) => {
    if (!onlyOne.get(content.size)) candidates.add(content);
  });
  return [...candidates];
}

function visitContents(tree: FileTree<Content>, least: number, visit: (content: ExactContent) => void): void {
  visitNodes(tree, (node) => {
    if (node.kind === 'file' && isExact(node.content) && node.content.size >= least) visit(node.content);
  });
}

/** Maps each content to the first equal one before it, if any. Reports its step as "comparing". */
export async function findTwins(
  candidates: readonly ExactContent[],
  run: Run,
  knownDigests?: KnownDigests,
): Promise<ReadonlyMap<ExactContent, ExactContent>> {
  const compared = await withEqualHeads(candidates, run, knownDigests === undefined);
  const total = compared.reduce((sum, { size }) => sum + size, 0);
  const known = new IdentityTable(compared);
  const twins = new Map<ExactContent, ExactContent>();
  let done = 0;
  for await (const group of identities(compared, run, knownDigests)) {
    for (const { index, identity } of group) {
      const first = known.firstOf(index, identity);
      if (first !== index) twins.set(compared[index]!, compared[first]!);
      done += compared[index]!.size;
    }
    run.report({ step: 'comparing', done, total, unit: 'bytes' });
    await yieldToEventLoop(run);
  }
  return twins;
}

/** The candidates but those whose first bytes, if they were looked at, differ from all others of their size. `small`: of files that are not large, too. */
async function withEqualHeads(candidates: readonly ExactContent[], run: Run, small: boolean) {
  const heads = new Heads(candidates);
  for (const [index, content] of candidates.entries()) {
    if (content.size > LARGE) heads.add(index, bytesIdentity(await headOf(content, run)));
  }
  if (small) await addSmallHeads(candidates, heads, run);
  return heads.equal;
}

/** Adds the first block of files that have more, and are not large. */
async function addSmallHeads(candidates: readonly ExactContent[], heads: Heads, run: Run): Promise<void> {
  const byThreads: number[] = [];
  const block = new Uint8Array(BLOCK);
  for (const [index, content] of candidates.entries()) {
    if (content.size <= BLOCK || content.size > LARGE) continue;
    if (isTakenByThreads(content)) byThreads.push(index);
    else if (readHead(content, block)) {
      heads.add(index, bytesIdentity(block));
      if (index % HEADS_PER_YIELD === 0) await yieldToEventLoop(run);
    }
  }
  const contents = byThreads.map((index) => candidates[index]!);
  for await (const { start, digests } of digestsOfFiles('head', contents, run)) {
    run.signal?.throwIfAborted();
    for (const [i, digest] of digests.entries()) if (digest) heads.add(byThreads[start + i]!, digest);
  }
}

/** Contents by their first bytes. */
class Heads {
  readonly #contents: readonly ExactContent[];
  readonly #known: IdentityTable;
  /** Whether each has a head that no other one has. */
  readonly #alone: Uint8Array;

  constructor(contents: readonly ExactContent[]) {
    this.#contents = contents;
    this.#known = new IdentityTable(contents);
    this.#alone = new Uint8Array(contents.length);
  }

  add(index: number, head: Uint8Array): void {
    const first = this.#known.firstOf(index, head);
    if (first === index) this.#alone[index] = 1;
    else this.#alone[first] = 0;
  }

  /** All but those that are alone, in their order. */
  get equal(): readonly ExactContent[] {
    return this.#alone.includes(1) ? this.#contents.filter((_, index) => this.#alone[index] === 0) : this.#contents;
  }
}

async function headOf(content: ExactContent, run: Run): Promise<Uint8Array> {
  const head = new Uint8Array(Math.min(HEAD, content.size));
  let filled = 0;
  for await (const piece of content.pieces(run)) {
    if (isHole(piece)) filled += Math.min(piece.hole, head.length - filled);
    else {
      const part = piece.subarray(0, head.length - filled);
      head.set(part, filled);
      filled += part.length;
    }
    if (filled === head.length) break;
  }
  return head;
}

/** Finds contents by identity and size. Flat memory, since there may be millions. */
class IdentityTable {
  readonly #contents: readonly ExactContent[];
  readonly #identities: Uint8Array;
  /** Index plus one; 0 is empty. Never more than half full. */
  readonly #slots: Uint32Array;

  constructor(contents: readonly ExactContent[]) {
    this.#contents = contents;
    this.#identities = new Uint8Array(contents.length * IDENTITY_SIZE);
    this.#slots = new Uint32Array(2 ** Math.ceil(Math.log2(2 * contents.length + 1)));
  }

  /** Index of the first content equal to number `index`, which is entered if there was none. */
  firstOf(index: number, identity: Uint8Array): number {
    const mask = this.#slots.length - 1;
    const start = new DataView(identity.buffer, identity.byteOffset).getUint32(0);
    for (let slot = start & mask; ; slot = (slot + 1) & mask) {
      const found = this.#slots[slot]! - 1;
      if (found < 0) {
        this.#slots[slot] = index + 1;
        this.#identities.set(identity, index * IDENTITY_SIZE);
        return index;
      }
      if (this.#contents[found]!.size === this.#contents[index]!.size && this.#equals(found, identity)) return found;
    }
  }

  #equals(index: number, identity: Uint8Array): boolean {
    const at = index * IDENTITY_SIZE;
    for (let i = 0; i < IDENTITY_SIZE; i++) if (this.#identities[at + i] !== identity[i]) return false;
    return true;
  }
}
