// Sparse files in tar archives: only ranges with data are stored. Three ways to say where they belong: GNU tar's own header,
// and its pax records of versions 0.0, 0.1 and 1.0. https://www.gnu.org/software/tar/manual/html_node/Sparse-Formats.html

import { InvalidImageError } from '../../errors.js';
import { type Data, type ExactContent, exactContent, exactly, type Range, type Run } from '../../io/index.js';
import { gnuSparseEntry } from './header.js';
import type { EntryRecords } from './pax.js';

/** Most ranges of one file; each takes two numbers in memory. */
const MOST_RANGES = 1_000_000;

export interface SparseMap {
  /** Bytes of the whole file. */
  readonly size: number;
  /** Ranges with data, in order. */
  readonly ranges: readonly Range[];
}

/** Ranges in a map of GNU's header; unused entries are zero. */
export function readGnuSparseEntries(map: Uint8Array): Range[] {
  const ranges: Range[] = [];
  for (let at = 0; at + gnuSparseEntry.size <= map.length; at += gnuSparseEntry.size) {
    if (map[at] === 0) break;
    ranges.push(gnuSparseEntry.decode(map, at));
  }
  return ranges;
}

/** A map in pax records of version 0.0 or 0.1; undefined when there is none. */
export function readPaxSparse(records: EntryRecords): SparseMap | undefined {
  const size = records.number('GNU.sparse.size') ?? records.number('GNU.sparse.realsize');
  if (size === undefined || records.value('GNU.sparse.major') !== undefined) return undefined;
  const numbers = records.value('GNU.sparse.map')?.split(',') ?? records.own.map;
  return { size, ranges: pairs(numbers.map(Number)) };
}

/** Whether the map of version 1.0 is before the data. */
export function hasMapInData(records: EntryRecords): boolean {
  return records.value('GNU.sparse.major') === '1';
}

/**
 * The map at the start of the data: decimal numbers, one per line, the first says how many ranges follow. Undefined while
 * more than these bytes are needed. `length` is how many bytes the map takes.
 */
export function readDataMap(data: Uint8Array): { ranges: Range[]; length: number } | undefined {
  const numbers: number[] = [];
  let value = 0;
  for (let at = 0; at < data.length; at++) {
    const byte = data[at]!;
    if (byte !== 0x0a) {
      if (byte < 0x30 || byte > 0x39 || value > Number.MAX_SAFE_INTEGER / 16) throw brokenMap();
      value = value * 10 + byte - 0x30;
      continue;
    }
    numbers.push(value);
    value = 0;
    if (numbers[0]! > MOST_RANGES) throw brokenMap();
    if (numbers.length === 1 + 2 * numbers[0]!) return { ranges: pairs(numbers.slice(1)), length: at + 1 };
  }
  return undefined;
}

/** A file of data ranges and holes; `stored` are the ranges' bytes back to back. Throws for a map that cannot be. */
export function sparseContent(map: SparseMap, stored: Range, open: (range: Range) => ExactContent): ExactContent {
  const ranges = map.ranges.filter(({ length }) => length > 0);
  let end = 0;
  let total = 0;
  const holes: Range[] = [];
  for (const { at, length } of ranges) {
    if (!(at >= end)) throw brokenMap();
    if (at > end) holes.push({ at: end, length: at - end });
    end = at + length;
    total += length;
  }
  if (!Number.isSafeInteger(map.size) || end > map.size || total > stored.length) throw brokenMap();
  if (map.size > end) holes.push({ at: end, length: map.size - end });
  return exactContent(map.size, (run) => sparsePieces(ranges, map.size, stored.at, open, run), holes);
}

async function* sparsePieces(
  ranges: readonly Range[],
  size: number,
  start: number,
  open: (range: Range) => ExactContent,
  run: Run,
): AsyncGenerator<Data> {
  let at = 0;
  let from = start;
  for (const range of ranges) {
    if (range.at > at) yield { hole: range.at - at };
    yield* exactly(open({ at: from, length: range.length }), run);
    from += range.length;
    at = range.at + range.length;
  }
  if (size > at) yield { hole: size - at };
}

function pairs(numbers: readonly number[]): Range[] {
  if (numbers.length % 2 !== 0 || numbers.length > 2 * MOST_RANGES) throw brokenMap();
  const ranges: Range[] = [];
  for (let i = 0; i < numbers.length; i += 2) ranges.push({ at: numbers[i]!, length: numbers[i + 1]! });
  if (ranges.some(({ at, length }) => !Number.isSafeInteger(at) || !Number.isSafeInteger(length))) throw brokenMap();
  return ranges;
}

function brokenMap(): InvalidImageError {
  return new InvalidImageError('tar.sparse', 'The map of a sparse file in the tar archive is broken.');
}
