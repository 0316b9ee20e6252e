// Images drawn to scale: one strip for each layer, below the strip of the layer that contains it.

import { showBytes } from '../bytes/index.js';
import type { Area, AreaKind, MapLayer } from '../map/index.js';
import { type Html, html } from './html.js';
import { coordinate, counted, grouped, share } from './numbers.js';

const WIDTH = 1000;
const STRIP = 40;
/** Distance from one strip to the next: room for the scale, the magnifier and the caption. */
const STEP = 118;
const TOP = 26;
/** Average width of a letter, and the space that a text leaves free at both sides together. */
const LETTER = 6.3;
const MARGIN = 12;

/** Kinds of areas, in words, in the order of the legend. */
export const KINDS: Readonly<Record<AreaKind, string>> = {
  head: 'descriptors, superblocks, tables of partitions',
  index: 'tables of directories, inodes and blocks',
  files: 'files',
  image: 'images that are looked into',
  around: 'other contents of a region',
  gap: 'free, or not listed',
};

/** A part of an image as a strip. */
export interface Strip {
  /** One line above it. */
  readonly caption: string;
  readonly areas: readonly Area[];
  /** The first byte that it shows, and the one after the last. */
  readonly from: number;
  readonly to: number;
  /** The bytes of the strip above that this strip magnifies. */
  readonly of?: { readonly from: number; readonly to: number } | undefined;
}

/** Draws strips below each other. `label` describes the drawing for screen readers. */
export function stripFigure(strips: readonly Strip[], label: string): Html {
  const height = TOP + STEP * (strips.length - 1) + STRIP + 22;
  return html`<svg viewBox="0 0 ${WIDTH} ${height}" role="img" aria-label="${label}">
${strips.map((strip, index) => magnifierBetween(strip, strips[index - 1], index))}${strips.map((strip, index) =>
  stripAt(strip, TOP + index * STEP),
)}</svg>
`;
}

/** Connects a part of the strip above with this strip. */
function magnifierBetween({ of }: Strip, above: Strip | undefined, index: number): Html | undefined {
  if (!of || !above) return undefined;
  const scale = WIDTH / (above.to - above.from);
  const [left, right] = [(of.from - above.from) * scale, (of.to - above.from) * scale].map(coordinate);
  const [top, bottom] = [TOP + (index - 1) * STEP + STRIP, TOP + index * STEP];
  return html`<path class="lens" d="M${left!} ${top}L0 ${bottom}H${WIDTH}L${right!} ${top}Z"/>
`;
}

function stripAt({ caption, areas, from, to }: Strip, y: number): Html {
  const scale = WIDTH / Math.max(1, to - from);
  const visible = areas.filter(({ at, length }) => at < to && at + length > from);
  return html`<text class="caption" x="0" y="${y - 8}">${caption}</text>
${visible.map((area) => {
  const [start, end] = [Math.max(area.at, from), Math.min(area.at + area.length, to)];
  return cell(area, (start - from) * scale, (end - start) * scale, y, to - from);
})}<rect class="frame" x="0" y="${y}" width="${WIDTH}" height="${STRIP}"/>
${[0, 1, 2, 3, 4].map((quarter) => tick(quarter, from, to, y + STRIP))}`;
}

function cell(area: Area, x: number, width: number, y: number, whole: number): Html {
  const { kind, name, at, length, files } = area;
  const more = files === undefined || files < 2 ? '' : `, ${counted(files, 'file')}`;
  const title = `${name}${more}: ${showBytes(length)} from byte ${at}, ${share(length, whole)}`;
  const text = shortened(files === undefined || files < 2 ? name : `${name} (${files})`, width);
  return html`<g><title>${title}</title><rect class="${kind}" x="${coordinate(x)}" y="${y}" width="${coordinate(Math.max(width, 0.5))}" height="${STRIP}"/>${
    text === '' ? undefined : html`<text x="${coordinate(x + MARGIN / 2)}" y="${y + STRIP / 2 + 4}">${text}</text>`
  }</g>
`;
}

/** A text, cut to this width; empty if fewer than five letters fit. */
export function shortened(text: string, width: number): string {
  const room = Math.floor((width - MARGIN) / LETTER);
  const letters = [...text];
  if (letters.length <= room) return text;
  return room < 5 ? '' : `${letters.slice(0, room - 1).join('')}…`;
}

function tick(quarter: number, from: number, to: number, y: number): Html {
  const [x, at] = [(WIDTH * quarter) / 4, Math.round(from + ((to - from) * quarter) / 4)];
  const anchor = quarter === 0 ? 'start' : quarter === 4 ? 'end' : 'middle';
  // Far from the beginning, all ticks would show the same size in units.
  const text = at === 0 ? '0' : to - from < to / 10 ? grouped(at) : showBytes(at);
  return html`<path class="tick" d="M${x} ${y}v4"/><text class="scale" x="${x}" y="${y + 16}" text-anchor="${anchor}">${text}</text>
`;
}

/** The chain from the outermost image inwards: in each layer the image that leads to the most bytes of files. */
export function mainChain(layers: readonly MapLayer[]): MapLayer[] {
  const heaviest = layers.map(({ tree }) => tree?.bytes ?? 0);
  // Every layer comes after the one that contains it.
  for (let index = layers.length - 1; index > 0; index--) {
    const { parent = 0 } = layers[index]!;
    heaviest[parent] = Math.max(heaviest[parent]!, heaviest[index]!);
  }
  const chain: MapLayer[] = [];
  for (let at: number | undefined = layers.length > 0 ? 0 : undefined; at !== undefined; ) {
    chain.push(layers[at]!);
    const inside = [...layers.keys()].filter((index) => layers[index]!.parent === at);
    at = inside.sort((a, b) => heaviest[b]! - heaviest[a]!)[0];
  }
  return chain;
}
