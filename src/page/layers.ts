// The layers of an image: a drawing to scale, then every layer with its facts and areas.

import { showBytes } from '../bytes/index.js';
import { factWords } from '../image/index.js';
import type { Area, AreaKind, ImageMap, MapLayer } from '../map/index.js';
import { type Html, html } from './html.js';
import { counted, grouped, share } from './numbers.js';
import { KINDS, mainChain, type Strip, stripFigure } from './strips.js';
import { facts, table } from './table.js';

/** The head of an image ends at its first area above this share of the image, and the tail begins after the last one. */
const LARGE_SHARE = 1 / 50;
/** A head or tail above this share needs no magnifying. */
const SMALL_SHARE = 1 / 12;
/** Tables with more rows are collapsed at first. */
const LONG_TABLE = 24;
const MOST_ROWS = 400;
/** Kinds of areas in a table. */
const WORDS: Readonly<Record<AreaKind, string>> = {
  head: 'volume',
  index: 'index',
  files: 'files',
  image: 'image',
  around: 'region',
  gap: 'free',
};

const TITLES: Readonly<Record<string, string>> = { iso9660: 'ISO 9660', udf: 'UDF', erofs: 'EROFS' };

/** `ISO 9660`, `FAT16`, `ext4` */
function kindTitle(kind: string): string {
  return TITLES[kind] ?? kind.replace(/^fat/, 'FAT');
}

/** `ISO 9660 and UDF “LIVE”` */
export function titleOf({ formats }: MapLayer): string {
  if (formats.length === 0) return 'partitions';
  const label = formats.find((format) => format.label)?.label;
  return `${formats.map(({ kind }) => kindTitle(kind)).join(' and ')}${label === undefined ? '' : ` “${label}”`}`;
}

/** The name of a layer: its address, or the name of the image for the outermost one. */
export function nameOf({ address }: MapLayer, image: string): string {
  return address === '' ? image : address;
}

/** The layers from the outermost one to the root image. Each strip magnifies a part of the strip above it. */
export function scaleFigure(map: ImageMap, image: string): Html {
  const chain = mainChain(map.layers);
  const strips = chain.map((layer, index): Strip => {
    const caption = `${nameOf(layer, image)}: ${titleOf(layer)}, ${showBytes(layer.size)}`;
    return { caption, areas: layer.areas, from: 0, to: layer.size, of: spanIn(layer, chain[index - 1]) };
  });
  const label = `${counted(chain.length, 'layer')} to scale: ${chain.map((layer) => titleOf(layer)).join(', in it ')}. The tables of areas say the same.`;
  return html`<figure>${stripFigure(strips, label)}
<figcaption>Every strip is drawn to its own scale, over all of its bytes.</figcaption></figure>
<ul class="legend">${Object.entries(KINDS).map(
    ([kind, text]) =>
      html`<li><svg viewBox="0 0 10 10" aria-hidden="true"><rect class="${kind}" width="10" height="10"/></svg>${text}</li>`,
  )}</ul>
`;
}

/** The bytes of the layer above that a layer takes; for a compressed layer, the largest region, which has the compressed files. */
function spanIn({ at, size }: MapLayer, above: MapLayer | undefined): { from: number; to: number } | undefined {
  if (at !== undefined) return { from: at, to: at + size };
  const region = above?.areas.filter(({ kind }) => kind === 'around').sort((a, b) => b.length - a.length)[0];
  return region && { from: region.at, to: region.at + region.length };
}

/** The small structures at both ends of an image, magnified. */
export function endsFigure({ areas, size }: MapLayer): Html | undefined {
  const isLarge = ({ length }: Area) => length > size * LARGE_SHARE;
  const first = areas.find(isLarge);
  const last = areas.findLast(isLarge);
  if (!first || !last) return undefined;
  const ends = [
    { name: 'The beginning', from: 0, to: first.at },
    { name: 'The end', from: last.at + last.length, to: size },
  ].filter(({ from, to }) => {
    const isUsed = areas.some(({ at, kind }) => at >= from && at < to && kind !== 'gap');
    return isUsed && to - from < size * SMALL_SHARE;
  });
  if (ends.length === 0) return undefined;
  const strips = ends.map(({ name, from, to }): Strip => {
    const factor = grouped(Math.round(size / (to - from)));
    return { caption: `${name}, magnified ${factor} times: ${showBytes(to - from)}`, areas, from, to };
  });
  return html`<figure>${stripFigure(strips, `${ends.map(({ name }) => name).join(' and ')} of the image, magnified`)}</figure>
`;
}

/** One layer: its facts, and its areas as a table. */
export function layerSection(layer: MapLayer, image: string): Html {
  const { formats, size, tree, fault, areas } = layer;
  return html`<h3 class="path">${nameOf(layer, image)}</h3>
${facts([
  ['size', `${showBytes(size)} (${grouped(size)} bytes)`],
  ['files', tree && filesText(tree, size)],
  ['cannot be read', fault],
])}${formats.map((format) =>
  facts([
    ['format', kindTitle(format.kind)],
    ['label', format.label],
    ['UUID', format.uuid],
    ['volume', format.size === undefined ? undefined : `${showBytes(format.size)} (${grouped(format.size)} bytes)`],
    ['extensions', format.extensions?.join(', ')],
    ...factWords(format.details),
  ]),
)}${areasTable(areas, size, nameOf(layer, image))}`;
}

function filesText({ files, directories, bytes }: NonNullable<MapLayer['tree']>, size: number): string {
  const ratio = bytes > size ? `, ${(bytes / size).toFixed(1)} times the size of the image` : '';
  return `${counted(files, 'file')} in ${counted(directories + 1, 'directory')}, ${showBytes(bytes)} unpacked${ratio}`;
}

function areasTable(areas: readonly Area[], size: number, name: string): Html {
  const rows = areas.slice(0, MOST_ROWS).map(({ at, length, kind, name, files }) => {
    const more = files === undefined || files < 2 ? '' : ` (${counted(files, 'file')})`;
    return [grouped(at), showBytes(length), share(length, size), html`${name}${more}`, WORDS[kind]];
  });
  const columns = [
    { title: 'from byte', isNumber: true },
    { title: 'size', isNumber: true },
    { title: 'share', isNumber: true },
    { title: 'area' },
    { title: 'kind' },
  ] as const;
  const left = areas.length - rows.length;
  const shown = html`${table(`Areas of ${name}, from the first byte to the last`, columns, rows)}${
    left > 0 ? html`<p class="muted">${counted(left, 'more area')}.</p>` : undefined
  }`;
  if (rows.length <= LONG_TABLE) return shown;
  return html`<details><summary>${counted(areas.length, 'area')}</summary>${shown}</details>
`;
}
