// A treemap: rectangles whose areas are the sizes of directories and files, as square as possible (Bruls, Huizing and van Wijk,
// "Squarified Treemaps").

import { showBytes } from '../bytes/index.js';
import type { SpaceEntry } from '../map/index.js';
import { type Html, html } from './html.js';
import { coordinate, counted, share } from './numbers.js';
import { shortened } from './strips.js';

const WIDTH = 1000;
const HEIGHT = 520;
/** Height of the line with the name of a directory, and width of the frame around its entries. */
const TITLE = 17;
const FRAME = 2;
/** Smaller rectangles are not divided. */
const LEAST_SIDE = 26;
const COLOURS = 6;
/** An entry above this share of the whole is grey, and its entries get the colours. */
const MOST_SHARE = 0.6;

interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** Draws the entries of a tree. `label` describes the drawing for screen readers. */
export function treemap(root: SpaceEntry, label: string): Html {
  const whole = { x: 0, y: 0, width: WIDTH, height: HEIGHT };
  return html`<svg viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="${label}">
${coloured(root.entries, whole, '', root.bytes)}</svg>
`;
}

/** Draws entries, each in its own colour; of one above {@link MOST_SHARE} the entries are coloured instead. */
function coloured(entries: readonly SpaceEntry[], box: Box, parent: string, whole: number): Html[] {
  return placed(entries, box).map(([given, place], index) => {
    const entry = withoutSingles(given);
    const isMost = entry.bytes > whole * MOST_SHARE && entry.entries.length > 1;
    const colour = `t${entry.kind === 'rest' || isMost ? COLOURS : index % COLOURS}`;
    const inside = isMost ? coloured(entry.entries, innerBox(place), `${parent}/${entry.name}`, whole) : undefined;
    return cellOf(entry, place, parent, colour, whole, inside);
  });
}

/** Merges a directory with its only entry: `LiveOS/squashfs.img`. */
function withoutSingles(entry: SpaceEntry): SpaceEntry {
  let single = entry;
  for (
    let [only, ...others] = single.entries;
    only && only.kind !== 'rest' && others.length === 0;
    [only, ...others] = single.entries
  ) {
    single = { ...only, name: `${single.name}/${only.name}` };
  }
  return single;
}

/** Draws an entry and its entries: `inside`, or by default all of them in the same colour. */
function cellOf(
  entry: SpaceEntry,
  box: Box,
  parent: string,
  colour: string,
  whole: number,
  inside?: readonly Html[],
): Html {
  const path = `${parent}/${entry.name}`;
  const { x, y, width, height } = box;
  const title = `${path}: ${showBytes(entry.bytes)} in ${counted(entry.files, 'file')}, ${share(entry.bytes, whole)}`;
  const inner = innerBox(box);
  const isDivided = entry.entries.length > 1 && inner.width >= LEAST_SIDE && inner.height >= LEAST_SIDE;
  const text = height >= TITLE ? shortened(entry.name, width) : '';
  const below = () =>
    placed(entry.entries, inner).map(([one, place]) => cellOf(withoutSingles(one), place, path, colour, whole));
  return html`<g><title>${title}</title><rect class="cell ${colour}" x="${coordinate(x)}" y="${coordinate(y)}" width="${coordinate(width)}" height="${coordinate(height)}"/>${
    text === '' ? undefined : html`<text x="${coordinate(x + 6)}" y="${coordinate(y + 13)}">${text}</text>`
  }</g>
${inside ?? (isDivided ? below() : undefined)}`;
}

function innerBox({ x, y, width, height }: Box): Box {
  return { x: x + FRAME, y: y + TITLE, width: width - 2 * FRAME, height: height - TITLE - FRAME };
}

/** Each entry with its rectangle. Entries are sorted, the largest first. */
function placed(entries: readonly SpaceEntry[], box: Box): [SpaceEntry, Box][] {
  const sized = entries.filter(({ bytes }) => bytes > 0).sort((a, b) => b.bytes - a.bytes);
  const total = sized.reduce((sum, { bytes }) => sum + bytes, 0);
  const scale = (box.width * box.height) / total;
  const result: [SpaceEntry, Box][] = [];
  let rest = box;
  for (let from = 0; from < sized.length; ) {
    const side = Math.min(rest.width, rest.height);
    let to = from + 1;
    while (
      to < sized.length &&
      worst(sized.slice(from, to + 1), side, scale) <= worst(sized.slice(from, to), side, scale)
    ) {
      to++;
    }
    rest = placeRow(sized.slice(from, to), rest, scale, result);
    from = to;
  }
  return result;
}

/** The worst aspect ratio of the rectangles in a row along a side of this length. */
function worst(row: readonly SpaceEntry[], side: number, scale: number): number {
  const areas = row.map(({ bytes }) => bytes * scale);
  const sum = areas.reduce((all, one) => all + one, 0);
  return Math.max((side ** 2 * Math.max(...areas)) / sum ** 2, sum ** 2 / (side ** 2 * Math.min(...areas)));
}

/** Places a row along the shorter side, and returns the remaining box. */
function placeRow(row: readonly SpaceEntry[], box: Box, scale: number, into: [SpaceEntry, Box][]): Box {
  const area = row.reduce((sum, { bytes }) => sum + bytes * scale, 0);
  const isWide = box.width >= box.height;
  const side = isWide ? box.height : box.width;
  const depth = side > 0 ? area / side : 0;
  let at = isWide ? box.y : box.x;
  for (const entry of row) {
    const length = depth > 0 ? (entry.bytes * scale) / depth : 0;
    into.push([
      entry,
      isWide ? { x: box.x, y: at, width: depth, height: length } : { x: at, y: box.y, width: length, height: depth },
    ]);
    at += length;
  }
  return isWide
    ? { ...box, x: box.x + depth, width: Math.max(0, box.width - depth) }
    : { ...box, y: box.y + depth, height: Math.max(0, box.height - depth) };
}
