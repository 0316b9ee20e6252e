// The tree of the medium around the root image: kernel, initrd, GRUB's files, the EFI directory, the medium's id.
// Everything belongs to root and can be read by all; copies keep their time, what is made here has the epoch's.

import { timestamp } from '../bytes/index.js';
import { bytesSource, type Content, type ExactContent } from '../io/index.js';
import { type Directory, directory, type File, FileTree, file, follow, glob, type Node } from '../tree/index.js';
import type { BiosFiles } from './boot/bios-files.js';
import type { EfiTree } from './boot/efi-files.js';
import { renderEarlyConfig, renderLoopbackConfig, renderMenu } from './boot/grub-config.js';
import { findTheme, requireFont, requireGrubDirectory } from './boot/grub-data.js';
import type { Project } from './project.js';

export interface BootParts {
  /** May still be in the making. */
  readonly initrd: Content;
  /** Undefined: no BIOS machine boots the medium. */
  readonly bios: BiosFiles | undefined;
  /** Undefined: no EFI machine does. */
  readonly efi: EfiTree | undefined;
}

/** Paths that the disc's boot structures refer to. */
export const mediaPaths = {
  elTorito: (machine: string) => `boot/${machine}/loader/eltorito.img`,
  catalog: (machine: string) => `boot/${machine}/boot.catalog`,
  rootImage: 'LiveOS/squashfs.img',
};

/** The whole medium; `rootImage` is the squashfs. */
export function mediaTree(project: Project, parts: BootParts, rootImage: Content): FileTree<Content> {
  const { menu, architecture, root } = project;
  const loader = menu.loaderDirectory.slice(1);
  const grub = `boot/${menu.grubDirectory}`;
  const made = (content: Content) => file<Content>(content, { mtime: project.epoch });
  const text = (content: string) => made(bytesSource(new TextEncoder().encode(content)));
  const nodes: Record<string, Node<Content>> = {
    [mediaPaths.rootImage]: file(rootImage, { mtime: project.epoch }),
    [`${loader}/linux`]: copy(project.kernel.file),
    [`${loader}/initrd`]: made(parts.initrd),
    [`${loader}/${menu.grubDirectory}/fonts/unicode.pf2`]: copy(requireFont(root)),
    [`${grub}/grub.cfg`]: text(renderMenu(menu)),
    [`${grub}/loopback.cfg`]: text(renderLoopbackConfig(menu.grubDirectory)),
    'boot/mbrid': text(`${menu.mediumId}\n`),
    [`boot/${menu.mediumId}`]: text(`${menu.mediumId}\n`),
  };
  if (parts.bios) {
    nodes[mediaPaths.elTorito(architecture.machine)] = made(parts.bios.elTorito);
    if (parts.bios.hybridMbr) nodes[`${loader}/boot_hybrid.img`] = made(bytesSource(parts.bios.hybridMbr));
    nodes[`${grub}/earlyboot.cfg`] = text(renderEarlyConfig(menu.mediumId, menu.grubDirectory));
    nodes[`${grub}/i386-pc`] = copyModules(parts.bios.directory.node);
  }
  if (project.firmware === 'efi') {
    const platform = architecture.efiPlatform;
    nodes[`${grub}/${platform}`] = copyModules(requireGrubDirectory(root, platform).node);
  }
  const theme = menu.theme === undefined ? undefined : findTheme(root, menu.theme);
  if (theme) nodes[`${grub}/themes/${menu.theme}`] = copy(theme);
  const memtests = glob(root, '/boot/memtest*').filter(({ node }) => node.kind === 'file');
  if (memtests.length === 1) nodes[`${loader}/memtest`] = copy(memtests[0]!.node as File);
  const efi = parts.efi && follow(parts.efi, 'EFI');
  if (efi) nodes['EFI'] = copy(efi);
  return FileTree.of<Content>(nodes, { mtime: project.epoch });
}

/** GRUB's module directory without the development files that some distributions put there. */
function copyModules(found: Directory): Node<Content> {
  const kept = [...found.entries].filter(([name]) => !name.endsWith('.module'));
  return copy(directory<ExactContent>(found, kept));
}

/** A copy for the medium: root's, readable by all, its time in whole seconds as ISO 9660 keeps them. */
function copy(node: Node): Node<Content> {
  const owner = { uid: 0, gid: 0, xattrs: [], mtime: timestamp(node.mtime.seconds) };
  if (node.kind === 'directory') {
    const entries = [...node.entries].map(([name, child]) => [name, copy(child)] as const);
    return directory<Content>({ ...owner, mode: 0o755 }, entries);
  }
  if (node.kind === 'file') return file<Content>(node.content, { ...owner, mode: 0o644 });
  return { ...node, ...owner };
}
