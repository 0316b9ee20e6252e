// The finished medium: the boot files, with kernel, initrd and root image laid over them last, so that no archive and no
// script can replace those.

import type { Content, ExactContent } from '../../io/index.js';
import { FileTree, file, follow, type Node, overlay } from '../../tree/index.js';
import { copy, loaderOf } from '../boot/loader-tree.js';
import type { BuildPlan } from '../plan/build-plan.js';

/** Paths in the disc's boot structures. */
export const mediaPaths = {
  catalog: (machine: string) => `boot/${machine}/boot.catalog`,
  /** The image of the EFI system partition on media that boot only as a CD. */
  esp: (machine: string) => `boot/${machine}/efi`,
  rootImage: 'LiveOS/squashfs.img',
};

export interface MediumContents {
  /** The boot files, changed by the script. */
  readonly boot: FileTree;
  /** May still be in the making. */
  readonly initrd: Content;
  /** The squashfs. */
  readonly rootImage: Content;
  /** An image of the EFI system partition as a file of the medium. */
  readonly espFile: ExactContent | undefined;
}

/** The whole medium. */
export function mediaTree(plan: BuildPlan, contents: MediumContents): FileTree<Content> {
  const loader = loaderOf(plan);
  const given = { mtime: plan.epoch };
  const made = (content: Content) => file<Content>(content, given);
  const last: Record<string, Node<Content>> = {
    [mediaPaths.rootImage]: made(contents.rootImage),
    [`${loader}/linux`]: copy(plan.kernel.file),
    [`${loader}/initrd`]: made(contents.initrd),
    ...(contents.espFile ? { [mediaPaths.esp(plan.architecture.machine)]: made(contents.espFile) } : {}),
  };
  const boot: FileTree<Content> = contents.boot;
  return withIsolinuxDirectory(plan, overlay(boot, FileTree.of(last, given)));
}

/**
 * ISOLINUX looks for its configuration only in /boot/isolinux, /isolinux and the root directory of the medium. Second names of the
 * loader's files take no space.
 */
function withIsolinuxDirectory(plan: BuildPlan, tree: FileTree<Content>): FileTree<Content> {
  const loader = plan.layout.bios === 'isolinux' ? follow(tree, loaderOf(plan)) : undefined;
  if (loader?.kind !== 'directory') return tree;
  const files = [...loader.entries].filter(([, node]) => node.kind === 'file');
  const nodes = Object.fromEntries(files.map(([name, node]) => [`isolinux/${name}`, node]));
  return overlay(tree, FileTree.of<Content>(nodes, { mtime: plan.epoch }));
}
