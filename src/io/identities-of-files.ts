// Identities of many files, taken by threads: reading and digesting them all here would leave the other cores idle.

import type { ExactContent, Run } from './content.js';
import { FAST } from './fast-path.js';
import { RangeList, type RangeReader } from './range-list.js';

/** Bytes of an identity. */
const SIZE = 32;
/** Files and bytes of one call. */
const FILES = 256;
const BYTES = 8 << 20;
/** Largest file, in bytes: a call cannot be interrupted. */
const LARGEST = 64 << 20;
/** Calls under way: the threads of libuv. */
const MOST_CALLS = 4;

/** Consecutive contents of a list. */
export interface IdentityGroup {
  /** Index of the first. */
  readonly start: number;
  /** The identity of each, 32 bytes; zeros for one that no thread could take. */
  readonly identities: Uint8Array;
}

/** Whether a thread can take the identity of a content. */
export function isTakenByThreads(content: ExactContent): boolean {
  return content.size > 0 && content.size <= LARGEST && content[FAST]?.origin?.reader.identities !== undefined;
}

/** The identities of contents, in groups in their order. */
export async function* identitiesOfFiles(contents: readonly ExactContent[], run: Run): AsyncGenerator<IdentityGroup> {
  const underWay: Promise<IdentityGroup>[] = [];
  for (let start = 0; start < contents.length; ) {
    const end = endOfGroup(contents, start);
    const taken = take(contents, start, end);
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

async function take(contents: readonly ExactContent[], start: number, end: number): Promise<IdentityGroup> {
  const identities = new Uint8Array((end - start) * SIZE);
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
  const taken = (await reader?.identities?.(ranges)) ?? new Uint8Array(0);
  for (const [i, place] of places.entries()) identities.set(taken.subarray(i * SIZE, (i + 1) * SIZE), place * SIZE);
  return { start, identities };
}
