// Digests of many files, taken by threads: reading and digesting them all here would leave the other cores idle.

import type { ExactContent, Run } from './content.js';
import { FAST } from './fast-path.js';
import { type FileDigestName, RangeList, type RangeReader } from './range-list.js';
import { isZero } from './zero.js';

/** Bytes of each digest that threads take. */
const SIZES: Readonly<Record<FileDigestName, number>> = { identity: 32, head: 32, md5: 16, sha256: 32 };
/** Files and bytes of one call. */
const FILES = 256;
const BYTES = 8 << 20;
/** Largest file, in bytes: a call cannot be interrupted. */
const LARGEST = 64 << 20;
/** Calls under way: the threads of libuv. */
const MOST_CALLS = 4;

/** Consecutive contents of a list. */
export interface DigestGroup {
  /** Index of the first. */
  readonly start: number;
  /** The digest of each; undefined for one that no thread could take. */
  readonly digests: readonly (Uint8Array | undefined)[];
}

/** Whether a thread can take digests of a content. */
export function isTakenByThreads(content: ExactContent): boolean {
  return content.size > 0 && content.size <= LARGEST && content[FAST]?.origin?.reader.digests !== undefined;
}

/** Whether threads take digests of this kind. */
export function isFileDigest(name: string): name is FileDigestName {
  return Object.hasOwn(SIZES, name);
}

/** The digests of contents, in groups in their order. */
export async function* digestsOfFiles(
  name: FileDigestName,
  contents: readonly ExactContent[],
  run: Run,
): AsyncGenerator<DigestGroup> {
  const underWay: Promise<DigestGroup>[] = [];
  for (let start = 0; start < contents.length; ) {
    const end = endOfGroup(contents, start);
    const taken = take(name, contents, start, end);
    // The error is raised when its turn comes; until then it must not count as unhandled.
    taken.catch(() => {});
    underWay.push(taken);
    if (underWay.length >= Math.min(MOST_CALLS, run.jobs)) yield await underWay.shift()!;
    start = end;
  }
  for (const taken of underWay) yield await taken;
}

function readerOf(content: ExactContent): RangeReader | undefined {
  return isTakenByThreads(content) ? content[FAST]!.origin!.reader : undefined;
}

/** Where the group ends that begins at an index: all of its files have one reader. */
function endOfGroup(contents: readonly ExactContent[], start: number): number {
  let bytes = 0;
  let reader: RangeReader | undefined;
  for (let index = start; index < contents.length; index++) {
    const content = contents[index]!;
    const own = readerOf(content);
    if (index - start === FILES || bytes >= BYTES || (own && reader && own !== reader)) return index;
    reader ??= own;
    bytes += content.size;
  }
  return contents.length;
}

async function take(
  name: FileDigestName,
  contents: readonly ExactContent[],
  start: number,
  end: number,
): Promise<DigestGroup> {
  const ranges = new RangeList();
  const places: number[] = [];
  let reader: RangeReader | undefined;
  for (let index = start; index < end; index++) {
    const content = contents[index]!;
    const own = readerOf(content);
    if (!own) continue;
    reader = own;
    ranges.add(content[FAST]!.origin!, 0, content.size, 0, true);
    places.push(index - start);
  }
  const taken = await reader?.digests?.(name, ranges);
  const digests = new Array<Uint8Array | undefined>(end - start).fill(undefined);
  const size = SIZES[name];
  for (const [i, place] of places.entries()) {
    const digest = taken!.subarray(i * size, (i + 1) * size);
    if (!isZero(digest)) digests[place] = digest;
  }
  return { start, digests };
}
