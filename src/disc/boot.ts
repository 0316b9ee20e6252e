// Boot images of a disc: found in the tree, checked, and listed in the boot catalog.

import { fromText } from '../bytes/index.js';
import { InvalidInputError } from '../errors.js';
import {
  type BootImage,
  CATALOG_SIZE,
  checkPatchable,
  emulatedPartitionType,
  loadSectors,
  type Media,
  mediaOf,
} from '../format/eltorito/index.js';
import { BLOCK } from '../format/iso9660/index.js';
import { SECTOR } from '../format/mbr/index.js';
import { bytesSource, type Content, type ExactContent, isExact, type Run } from '../io/index.js';
import { type File, FileTree, file, nonDirectoryAbove, overlay } from '../tree/index.js';
import type { ResolvedBootEntry } from './boot-options.js';
import type { DiscFacts } from './facts.js';
import type { BootImageFile } from './files.js';
import { headOf } from './head.js';
import type { ResolvedDiscOptions } from './options.js';

interface BootEntryPlan {
  readonly asked: ResolvedBootEntry;
  /** Path in the tree, `appended-esp`, or `hidden` for an image outside the tree. */
  readonly image: string;
  readonly media: Media;
  readonly sectors: number;
  /** Absent for the appended partition. */
  readonly node?: File<Content>;
}

export interface BootPlan {
  /** The tree, with the catalog in it if that is to be visible. */
  readonly tree: FileTree<Content>;
  /** Default entry first. Empty: the disc does not boot by El Torito. */
  readonly entries: readonly BootEntryPlan[];
  /** Images that come first among the files: those that hold facts of their place, and those that no directory shows. */
  readonly first: readonly BootImageFile[];
  /** The image that the MBR's boot code starts. */
  readonly biosImage: File<Content> | undefined;
  /** The node that shows the catalog. */
  readonly catalog: File<Content> | undefined;
}

/** Resolves the boot options against the tree. Throws {@link InvalidInputError} for images that cannot be used. */
export function planBoot(tree: FileTree<Content>, options: ResolvedDiscOptions): BootPlan {
  const { bootEntries, bios, bootCode } = options;
  const entries: BootEntryPlan[] = [];
  const first: BootImageFile[] = [];
  for (const asked of bootEntries) {
    const { image, size, file } = imageOf(asked, tree, options);
    const media = mediaOf(asked.emulation, size, image);
    const sectors = asked.loadSectors ?? loadSectors(size);
    entries.push({ asked, image, media, sectors, ...(file ? { node: file.node } : {}) });
    if (!file) continue;
    const patches = { bootInfoTable: asked.bootInfoTable, grubBootInfo: asked.grub2BootInfo };
    checkPatchable(image, size, patches);
    const isIsolinux = asked === bios && bootCode === 'isolinux';
    if (patches.bootInfoTable || patches.grubBootInfo || image === HIDDEN || asked === bios) {
      first.push({ path: image, ...file, patches, isIsolinux });
    }
  }
  const visible = entries.length > 0 ? options.catalogPath : undefined;
  const biosImage = bios && entries[0]!.node;
  return { ...withCatalog(tree, visible, options), entries, first, biosImage };
}

const HIDDEN = 'hidden';

interface ImageFile {
  readonly node: File<Content>;
  readonly content: ExactContent;
}

function imageOf(
  { image }: ResolvedBootEntry,
  tree: FileTree<Content>,
  { appendedEsp }: ResolvedDiscOptions,
): { image: string; size: number; file?: ImageFile } {
  if (image === 'appended-esp') return { image, size: Math.ceil(appendedEsp!.size / BLOCK) * BLOCK };
  if (typeof image === 'string') {
    const found = bootFile(tree, image);
    return { image, size: found.content.size, file: found };
  }
  return { image: HIDDEN, size: image.size, file: { node: file<Content>(image), content: image } };
}

/** Boot images as the catalog states them. The partition type of an emulated hard disk is read from it. */
export async function bootImages(boot: BootPlan, facts: DiscFacts, run: Run): Promise<() => BootImage[]> {
  const types = await Promise.all(boot.entries.map((entry) => partitionTypeOf(entry, run)));
  return () =>
    boot.entries.map(({ asked, media, sectors, node }, i) => ({
      platform: asked.platform,
      bootable: asked.bootable,
      media,
      sectors,
      loadSegment: asked.loadSegment,
      systemType: types[i]!,
      id: asked.id,
      criteria: asked.criteria,
      block: node ? facts.place(node).block : facts.payloadEnd,
    }));
}

async function partitionTypeOf({ media, node, image }: BootEntryPlan, run: Run): Promise<number> {
  if (media !== 'hard-disk' || !node || !isExact(node.content)) return 0;
  return emulatedPartitionType(await headOf(node.content, SECTOR, run), image);
}

function withCatalog(
  tree: FileTree<Content>,
  path: string | undefined,
  options: ResolvedDiscOptions,
): Pick<BootPlan, 'tree' | 'catalog'> {
  if (path === undefined) return { tree, catalog: undefined };
  if (tree.get(fromText(path)) ?? nonDirectoryAbove(tree, fromText(path))) {
    throw new InvalidInputError(
      'disc.catalog-exists',
      'The tree already has an entry at the path of the boot catalog.',
      {
        path,
        hint: 'Choose another path for the catalog or hide it.',
      },
    );
  }
  const attributes = { mode: 0o444, mtime: options.epoch };
  const catalog = file<Content>(bytesSource(new Uint8Array(CATALOG_SIZE)), attributes);
  const addition = FileTree.of<Content>({ [path]: catalog }, { mtime: options.epoch });
  return { tree: overlay(tree, addition), catalog };
}

function bootFile(tree: FileTree<Content>, path: string): { node: File<Content>; content: ExactContent } {
  const node = tree.get(fromText(path));
  if (node?.kind !== 'file') {
    const what = node ? `is a ${node.kind}` : 'is not in the tree';
    throw new InvalidInputError('disc.boot-image-missing', `The boot image "${path}" ${what}.`, { path });
  }
  if (!isExact(node.content)) {
    throw new InvalidInputError('disc.boot-image-open', `The boot image "${path}" has no known size.`, { path });
  }
  return { node, content: node.content };
}
