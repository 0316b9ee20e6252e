// The places of the contents of an earlier image: their order, and which tails share a fragment, so that a new image can keep both.

import { createDigest, type ExactContent, type Source } from '../../io/index.js';
import { type FileTree, walk } from '../../tree/index.js';
import { NO_FRAGMENT } from './data-block.js';
import { StoredFile, type StoredPlace } from './read-content.js';
import { readTree } from './read-tree.js';
import { Volume } from './read-volume.js';

/** The places of an earlier image. */
export interface SquashfsPlaces {
  /** Bytes of a data block. */
  readonly blockSize: number;
  /** SHA-256 of all that planning takes from the earlier image, hexadecimal. */
  readonly digest: string;
  /** @internal */
  readonly tree: FileTree;
  /** @internal */
  readonly places: ReadonlyMap<ExactContent, EarlierPlace>;
}

/** The place of a content, in the order of the image. */
export interface EarlierPlace {
  /** Fragments that begin before it; of a content with a tail in a fragment, before that. */
  readonly group: number;
  /** Orders the contents of a group. */
  readonly at: number;
  /** Bytes of the content. */
  readonly size: number;
  /** Offset of the tail in its fragment; -1 if it is not in one. */
  readonly tailAt: number;
}

/**
 * Reads where an image has its contents, which are not read themselves. Throws {@link InvalidImageError} for a damaged image,
 * {@link UnsupportedError} for other versions and codecs.
 */
export async function readSquashfsPlaces(image: Source): Promise<SquashfsPlaces> {
  const volume = await Volume.open(image, 'auto');
  const tree = await readTree(volume);
  const ranks = await fragmentRanks(volume);
  const groups = new Map<number, Member[]>();
  const digest = createDigest('sha256');
  const { blockSize } = volume.superblock;
  digest.update(Buffer.from(`${blockSize}\n`));
  for (const { path, node } of walk(tree)) {
    const place = node.kind === 'file' ? StoredFile.placeIn(volume, node.content) : undefined;
    if (node.kind !== 'file' || !place) continue;
    const { size, at, fragment, fragmentOffset, words } = place;
    digest.update(Buffer.from(`${path}\0${size} ${at} ${fragment} ${fragmentOffset} ${words.length}\n`, 'latin1'));
    const group = groupOf(place, ranks);
    const members = groups.get(group) ?? [];
    groups.set(group, members);
    members.push([node.content, place]);
  }
  for (const start of ranks.starts) digest.update(Buffer.from(`${start} `));
  const places = new Map<ExactContent, EarlierPlace>();
  for (const [group, members] of groups) addPlaces(places, group, members);
  return { blockSize, digest: digest.hex(), tree, places };
}

type Member = readonly [content: ExactContent, place: StoredPlace];

interface Ranks {
  /** Where fragments begin, ascending. */
  readonly starts: readonly number[];
  /** Position of each fragment in `starts`. */
  readonly rankOf: Uint32Array;
}

async function fragmentRanks(volume: Volume): Promise<Ranks> {
  const { fragmentCount, fragmentTableAt } = volume.superblock;
  const count = fragmentTableAt === undefined ? 0 : fragmentCount;
  const starts: number[] = [];
  for (let index = 0; index < count; index++) starts.push((await volume.fragment(index)).at);
  const order = [...starts.keys()].sort((a, b) => starts[a]! - starts[b]!);
  const rankOf = new Uint32Array(count);
  for (const [rank, index] of order.entries()) rankOf[index] = rank;
  return { starts: order.map((index) => starts[index]!), rankOf };
}

/** A fragment is written when it is full: what is stored before it, and after the one before, belongs to it. */
function groupOf({ fragment, at }: StoredPlace, { starts, rankOf }: Ranks): number {
  if (fragment !== NO_FRAGMENT) return rankOf[fragment] ?? 0;
  let low = 0;
  let high = starts.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (starts[middle]! <= at) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Orders a group by place; a content without blocks comes after those whose tail is before its own. */
function addPlaces(places: Map<ExactContent, EarlierPlace>, group: number, members: readonly Member[]): void {
  let at = -1;
  for (const [content, place] of [...members].sort(([, a], [, b]) => a.fragmentOffset - b.fragmentOffset)) {
    const { size, words, fragment, fragmentOffset } = place;
    if (fragment === NO_FRAGMENT) {
      places.set(content, { group, at: place.at, size, tailAt: -1 });
      continue;
    }
    if (words.length > 0) at = Math.max(at, place.at);
    places.set(content, { group, at, size, tailAt: fragmentOffset });
  }
}
