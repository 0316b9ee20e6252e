// Boot images of a disc: found in the tree, checked, and listed in the boot catalog.

import { fromText } from '../bytes/index.js';
import { InvalidInputError } from '../errors.js';
import { type BootImage, CATALOG_SIZE, checkPatchable, loadSectors, type Platform } from '../format/eltorito/index.js';
import { BLOCK } from '../format/iso9660/index.js';
import { bytesSource, type Content, type ExactContent, isExact } from '../io/index.js';
import { type File, FileTree, file, overlay } from '../tree/index.js';
import type { DiscFacts } from './facts.js';
import type { BootImageFile } from './files.js';
import type { ResolvedDiscOptions } from './options.js';

interface BootEntryPlan {
  readonly platform: Platform;
  /** Path in the tree, or `appended-esp`. */
  readonly image: string;
  readonly sectors: number;
  /** Absent for the appended partition. */
  readonly node?: File<Content>;
}

export interface BootPlan {
  /** The tree, with the catalog in it if that is to be visible. */
  readonly tree: FileTree<Content>;
  /** Default entry first. Empty: the disc does not boot by El Torito. */
  readonly entries: readonly BootEntryPlan[];
  /** The image that comes first among the files. */
  readonly biosImage: BootImageFile | undefined;
  /** The node that shows the catalog. */
  readonly catalog: File<Content> | undefined;
}

/** Resolves the boot options against the tree. Throws {@link InvalidInputError} for images that cannot be used. */
export function planBoot(tree: FileTree<Content>, options: ResolvedDiscOptions): BootPlan {
  const { bios, efi, appendedEsp } = options;
  const entries: BootEntryPlan[] = [];
  let biosImage: BootImageFile | undefined;
  if (bios) {
    const { node, content } = bootFile(tree, bios.path);
    const patches = { bootInfoTable: bios.bootInfoTable, grubBootInfo: bios.grub2BootInfo };
    checkPatchable(bios.path, content.size, patches);
    biosImage = { path: bios.path, node, content, patches, isIsolinux: options.bootCode === 'isolinux' };
    entries.push({ platform: 'bios', image: bios.path, sectors: bios.loadSectors, node });
  }
  if (efi === 'appended-esp') {
    const size = Math.ceil(appendedEsp!.size / BLOCK) * BLOCK;
    entries.push({ platform: 'efi', image: 'appended-esp', sectors: loadSectors(size) });
  } else if (efi) {
    const { node, content } = bootFile(tree, efi.path);
    entries.push({ platform: 'efi', image: efi.path, sectors: loadSectors(content.size), node });
  }
  const visible = entries.length > 0 ? options.catalogPath : undefined;
  return { ...withCatalog(tree, visible, options), entries, biosImage };
}

/** Boot images as the catalog states them. */
export function bootImages(boot: BootPlan, facts: DiscFacts): BootImage[] {
  return boot.entries.map(({ platform, sectors, node }) => ({
    platform,
    sectors,
    block: node ? facts.place(node).block : facts.payloadEnd,
  }));
}

function withCatalog(
  tree: FileTree<Content>,
  path: string | undefined,
  options: ResolvedDiscOptions,
): Pick<BootPlan, 'tree' | 'catalog'> {
  if (path === undefined) return { tree, catalog: undefined };
  if (tree.get(fromText(path))) {
    throw new InvalidInputError('disc.catalog-exists', 'The tree has an entry where the boot catalog is to appear.', {
      path,
      hint: 'Choose another path for the catalog or hide it.',
    });
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
