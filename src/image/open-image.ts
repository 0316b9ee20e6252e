// An image of any known kind as a tree.

import { InvalidImageError } from '../errors.js';
import { openExt4, recogniseExt4 } from '../format/ext4/index.js';
import { openFat, recogniseFat } from '../format/fat/index.js';
import { openIso, recogniseIso } from '../format/iso9660/index.js';
import { openSquashfs, recogniseSquashfs } from '../format/squashfs/index.js';
import { openUdf, recogniseUdf } from '../format/udf/index.js';
import type { Source } from '../io/index.js';
import type { FileTree } from '../tree/index.js';

export type ImageKind = 'ext4' | 'squashfs' | 'iso9660' | 'udf' | 'fat';

/** An image whose kind is known. */
export interface OpenedImage {
  /** `ext4` stands for ext2 and ext3 too. */
  readonly kind: ImageKind;
  tree(): Promise<FileTree>;
}

/** Of a disc with both hierarchies ISO 9660 comes first, which with Rock Ridge keeps more. */
const KINDS: readonly (readonly [
  kind: ImageKind,
  is: (image: Source) => Promise<boolean>,
  tree: (image: Source) => Promise<FileTree>,
])[] = [
  [
    'squashfs',
    async (image) => (await recogniseSquashfs(image)) !== undefined,
    async (image) => (await openSquashfs(image)).tree(),
  ],
  [
    'ext4',
    async (image) => (await recogniseExt4(image)) !== undefined,
    async (image) => (await openExt4(image)).tree(),
  ],
  [
    'iso9660',
    async (image) => (await recogniseIso(image)) !== undefined,
    async (image) => (await openIso(image)).tree(),
  ],
  ['udf', async (image) => (await recogniseUdf(image)) !== undefined, async (image) => (await openUdf(image)).tree()],
  ['fat', isFat, async (image) => (await openFat(image)).tree()],
];

/** An image of a known kind; undefined for anything else. */
export async function recogniseImage(image: Source): Promise<OpenedImage | undefined> {
  for (const [kind, is, tree] of KINDS) if (await is(image)) return { kind, tree: () => tree(image) };
  return undefined;
}

/** As {@link recogniseImage}. Throws {@link InvalidImageError} `image.unknown` for anything else. */
export async function openImage(image: Source): Promise<OpenedImage> {
  const opened = await recogniseImage(image);
  if (opened) return opened;
  throw new InvalidImageError('image.unknown', 'This is no image of a known kind.', {
    hint: 'Known are ISO 9660, UDF, squashfs, ext2 to ext4 and FAT.',
  });
}

async function isFat(image: Source): Promise<boolean> {
  const sector = new Uint8Array(512);
  if (image.size < sector.length) return false;
  await image.read(0, sector);
  return recogniseFat(sector) !== undefined;
}
