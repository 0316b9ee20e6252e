// All bytes of an image, from the first to the last, as areas: structures, files, and the space between them.

import type { Range } from '../io/index.js';
import type { FormatArea } from '../tree/index.js';

/**
 * Kinds of areas. `head` and `index` are structures, `image` is a file or partition with an image in it, `around` is the part of a region
 * of which nothing more precise is known, and `gap` is in nothing that is listed.
 */
export type AreaKind = FormatArea['kind'] | 'files' | 'image' | 'gap';

/** One area of an image. */
export interface Area extends Range {
  readonly kind: AreaKind;
  readonly name: string;
  /** Files in it, of areas of files. */
  readonly files?: number;
}

/** A file larger than this share of the image stays a separate area. */
const LARGE_FILE = 1 / 200;
/** A run of files smaller than this share of the image joins its neighbour, even from another directory. */
const SHORT_RUN = 1 / 1000;
/** Longer runs join if this many first directories of their paths are equal. */
const COMMON_DIRECTORIES = 3;
/** A shorter gap, in bytes, only fills the last block of the area before it. */
const PADDING = 4096;

/**
 * Areas that cover an image of `size` bytes without overlap, in order. If listed areas overlap, the one that begins first has the bytes;
 * of two that begin together, the smaller one. Small neighbours of one kind become one area.
 */
export function paintAreas(listed: readonly Area[], size: number): Area[] {
  const inside = (area: Area) => area.length > 0 && area.at >= 0 && area.at < size;
  const order = (a: Area, b: Area) => a.at - b.at || a.length - b.length;
  const exact = listed.filter((area) => area.kind !== 'around' && inside(area)).sort(order);
  const around = listed.filter((area) => area.kind === 'around' && inside(area)).sort(order);
  const painted: Area[] = [];
  let end = 0;
  const fill = (to: number) => {
    if (to > end) painted.push(...between(around, end, to));
    end = Math.max(end, to);
  };
  for (const area of exact) {
    const to = Math.min(area.at + area.length, size);
    if (to <= end) continue;
    fill(area.at);
    painted.push({ ...area, at: end, length: to - end });
    end = to;
  }
  fill(size);
  return merged(painted, size);
}

/** The bytes from `from` to `to` as parts of regions, and gaps outside all regions. */
function* between(regions: readonly Area[], from: number, to: number): Generator<Area> {
  let at = from;
  for (const region of regions) {
    const [start, end] = [Math.max(region.at, at), Math.min(region.at + region.length, to)];
    if (start >= end) continue;
    if (start > at) yield gap(at, start);
    yield { ...region, at: start, length: end - start };
    at = end;
  }
  if (at < to) yield gap(at, to);
}

function gap(from: number, to: number): Area {
  return { at: from, length: to - from, kind: 'gap', name: 'free, or not listed' };
}

/** An area while its neighbours are added to it. */
interface Run extends Area {
  /** Bytes of the largest file in it. */
  readonly largest: number;
}

/** Joins neighbours of the same name, and small files next to each other; padding becomes part of the area before it. */
function merged(areas: readonly Area[], size: number): Area[] {
  const runs: Run[] = [];
  for (const area of areas) {
    const last = runs.at(-1);
    const isPadding = area.kind === 'gap' && area.length < PADDING && last !== undefined;
    if (isPadding) runs[runs.length - 1] = { ...last, length: last.length + area.length };
    else if (last && canJoin(last, area, size)) runs[runs.length - 1] = joined(last, area);
    else runs.push({ ...area, largest: area.length });
  }
  return runs.map(({ largest: _, ...area }) => area);
}

function canJoin(run: Run, next: Area, size: number): boolean {
  if (run.kind !== next.kind || run.kind === 'image') return false;
  if (run.kind !== 'files') return run.name === next.name;
  if (Math.max(run.largest, next.length) >= size * LARGE_FILE) return false;
  return Math.min(run.length, next.length) < size * SHORT_RUN || directoryOf(run) === directoryOf(next);
}

/** The first directories of the path of a file, or of the files of a run. */
function directoryOf({ name, files = 0 }: Area): string {
  const path = files > 1 ? name : name.slice(0, name.lastIndexOf('/'));
  return path
    .split('/')
    .slice(0, COMMON_DIRECTORIES + 1)
    .join('/');
}

function joined(run: Run, next: Area): Run {
  const files = (run.files ?? 0) + (next.files ?? 0);
  return {
    ...run,
    length: run.length + next.length,
    largest: Math.max(run.largest, next.length),
    name: commonName(run, next),
    ...(files > 0 ? { files } : {}),
  };
}

/** The deepest directory that contains the files of both areas. */
function commonName(a: Area, b: Area): string {
  if (a.kind !== 'files' || a.name === b.name) return a.name;
  const [left, right] = [a.name.split('/'), b.name.split('/')];
  const length = left.findIndex((part, index) => part !== right[index]);
  const common = left.slice(0, length < 0 ? left.length : length).join('/');
  return common === '' ? '/' : common;
}
