// One layer of a map: the areas of an image, and the space that its files take.

import { displayText } from '../bytes/index.js';
import { catalogAreas, type PartitionFacts, tableAreas } from '../disc/index.js';
import { InvalidImageError, UnsupportedError } from '../errors.js';
import { recogniseIso } from '../format/iso9660/index.js';
import type { Recognised } from '../image/index.js';
import { PartsContent, type Source } from '../io/index.js';
import { type FileTree, type FormatArea, type Node, walk } from '../tree/index.js';
import { type Area, paintAreas } from './areas.js';

/** An image inside a layer. */
export interface Inner {
  readonly address: string;
  readonly image: Source;
  /** Byte of the layer at which it begins; undefined if it is compressed or in several parts there. */
  readonly at: number | undefined;
}

/** Counts of a tree. */
export interface TreeCounts {
  readonly files: number;
  readonly directories: number;
  /** Total size of the unpacked files; a file with several names counts once. */
  readonly bytes: number;
}

/** The areas of an image: those of its formats and tables, its files, the images in it. */
export async function areasOf(
  image: Source,
  answers: readonly Recognised[],
  partitions: readonly PartitionFacts[],
  tree: FileTree | undefined,
  inner: readonly Inner[],
): Promise<Area[]> {
  const listed: Area[] = [...(await tableAreas(image, partitions))];
  for (const { format } of answers) listed.push(...(await formatAreas(image, format)));
  const iso = await recogniseIso(image);
  if (iso) listed.push(...(await catalogAreas(image, iso.bootRecords)));
  const images = inner.flatMap(({ at, image: { size }, address }): Area[] =>
    at === undefined ? [] : [{ at, length: size, kind: 'image', name: address.slice(address.lastIndexOf('/') + 1) }],
  );
  const starts = new Set(images.map(({ at }) => at));
  const files = tree ? [...fileAreas(tree)].filter(({ at }) => !starts.has(at)) : [];
  return paintAreas([...listed, ...images, ...files], image.size);
}

async function formatAreas(image: Source, format: Recognised['format']): Promise<readonly FormatArea[]> {
  try {
    return (await format.areas?.(image)) ?? [];
  } catch (error) {
    if (error instanceof InvalidImageError || error instanceof UnsupportedError) return [];
    throw error;
  }
}

/** Every stored range of every file whose bytes are stored uncompressed. */
function* fileAreas(tree: FileTree): Generator<Area> {
  const seen = new Set<Node>();
  for (const { path, node } of walk(tree)) {
    if (node.kind !== 'file' || seen.has(node) || !(node.content instanceof PartsContent)) continue;
    seen.add(node);
    const name = `/${displayText(path)}`;
    for (const [index, { at, length }] of node.content.ranges.entries()) {
      yield { at, length, kind: 'files', name, files: index === 0 ? 1 : 0 };
    }
  }
}

/** The bytes of the image at which files begin. */
export function* fileStarts(tree: FileTree): Generator<number> {
  for (const { node } of walk(tree)) {
    const start = node.kind === 'file' && node.content instanceof PartsContent ? node.content.start : undefined;
    if (start !== undefined) yield start;
  }
}

/** Counts the entries of a tree. */
export function countTree(tree: FileTree): TreeCounts {
  const seen = new Set<Node>();
  let [files, directories, bytes] = [0, 0, 0];
  for (const { path, node } of walk(tree)) {
    if (node.kind === 'directory' && path !== '') directories++;
    if (node.kind !== 'file') continue;
    files++;
    if (!seen.has(node)) bytes += node.content.size;
    seen.add(node);
  }
  return { files, directories, bytes };
}
