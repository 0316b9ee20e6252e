// The boot loaders' files as a tree of the medium. Everything is owned by root and readable by all; copies keep their
// time, files made here have the epoch.

import { fromText, timestamp } from '../../bytes/index.js';
import { InvalidInputError } from '../../errors.js';
import { bytesSource, collect, type ExactContent, quietRun } from '../../io/index.js';
import {
  type Directory,
  directory,
  type File,
  FileTree,
  file,
  follow,
  glob,
  type Node,
  overlay,
} from '../../tree/index.js';
import { efiFileOf } from '../plan/architecture.js';
import type { BuildPlan } from '../plan/build-plan.js';
import type { BiosFiles } from './bios-files.js';
import type { EfiTree } from './efi-files.js';
import { isolinuxResolution } from './graphics-mode.js';
import { renderEarlyConfig, renderLoopbackConfig, renderMenu } from './grub-config.js';
import { findGrubDirectory, findTheme, requireFont } from './grub-data.js';
import { renderTemplate } from './grub-template.js';
import { renderIsolinux, renderIsolinuxMessage } from './isolinux-config.js';
import { type GfxbootTheme, type IsolinuxFiles, withoutAutodown } from './isolinux-files.js';
import { OPEN_FIRMWARE_IMAGE, type OpenFirmwareFiles, renderBootInfo } from './open-firmware.js';

/** The files for each firmware; undefined if the medium is not for it. */
export interface LoaderParts {
  readonly grubBios: BiosFiles | undefined;
  readonly isolinux: IsolinuxFiles | undefined;
  readonly gfxboot: GfxbootTheme | undefined;
  readonly efi: EfiTree | undefined;
  readonly openFirmware: OpenFirmwareFiles | undefined;
}

type Nodes = Record<string, Node>;

/** The tree. Throws {@link InvalidInputError} for required files that the root tree does not have. */
export async function loaderTree(plan: BuildPlan, parts: LoaderParts): Promise<FileTree> {
  const usesGrub = plan.layout.loaders !== 'isolinux';
  const nodes: Nodes = {
    ...commonNodes(plan),
    ...(usesGrub ? await grubNodes(plan) : {}),
    ...(parts.grubBios ? grubBiosNodes(plan, parts.grubBios) : {}),
    ...(parts.isolinux ? await isolinuxNodes(plan, parts.isolinux, parts.gfxboot) : {}),
    ...(parts.efi ? efiNodes(plan, parts.efi) : {}),
    ...(parts.openFirmware ? openFirmwareNodes(plan, parts.openFirmware) : {}),
  };
  const made = FileTree.of<ExactContent>(nodes, { mtime: plan.epoch });
  return parts.efi ? overlay(otherEfiFiles(plan), made) : made;
}

/** Other files of the root tree's EFI system partition: they go onto the medium, but not into its EFI system partition. */
function otherEfiFiles({ root, epoch }: BuildPlan): FileTree {
  const own = follow(root, '/boot/efi');
  const entries = own?.kind === 'directory' ? [...own.entries] : [];
  const others = entries.filter(([name, { kind }]) => name !== 'EFI' && (kind === 'directory' || kind === 'file'));
  return new FileTree(
    directory<ExactContent>(
      { mtime: epoch },
      others.map(([name, node]) => [name, copy(node)] as const),
    ),
  );
}

function commonNodes(plan: BuildPlan): Nodes {
  const loader = loaderOf(plan);
  const nodes: Nodes = {};
  const memtests = glob(plan.root, '/boot/memtest*').filter(({ node }) => node.kind === 'file');
  if (memtests.length === 1) nodes[`${loader}/memtest`] = copy(memtests[0]!.node as File);
  if (plan.menu.hypervisor) nodes[`${loader}/xen.gz`] = copy(requireHypervisor(plan.root));
  return nodes;
}

async function grubNodes(plan: BuildPlan): Promise<Nodes> {
  const { menu, root, architecture, grubTemplate } = plan;
  const grub = `boot/${menu.grubDirectory}`;
  const efiFile = architecture.efi ? efiFileOf(architecture.efi) : '';
  const config = grubTemplate === undefined ? renderMenu(menu) : await renderTemplate(grubTemplate, menu, efiFile);
  const theme = menu.theme === undefined ? undefined : findTheme(root, menu.theme);
  const id = text(plan, `${menu.mediumId}\n`);
  const nodes: Nodes = {
    [`${grub}/grub.cfg`]: text(plan, config),
    [`${grub}/loopback.cfg`]: text(plan, renderLoopbackConfig(menu.grubDirectory)),
    [`${loaderOf(plan)}/${menu.grubDirectory}/fonts/unicode.pf2`]: copy(requireFont(root)),
    'boot/mbrid': id,
    [`boot/${menu.mediumId}`]: text(plan, `${menu.mediumId}\n`),
  };
  if (theme) nodes[`${grub}/themes/${menu.theme}`] = copy(withBackground(plan, theme));
  return nodes;
}

/** Keeps the background picture that a distribution put into /boot for its theme. */
function withBackground({ root, menu }: BuildPlan, theme: Directory): Directory {
  const own = follow(root, `boot/${menu.grubDirectory}/themes/${menu.theme}/background.png`);
  if (own?.kind !== 'file') return theme;
  return directory<ExactContent>(theme, new Map([...theme.entries, [fromText('background.png'), own]]));
}

function grubBiosNodes(plan: BuildPlan, bios: BiosFiles): Nodes {
  const { menu } = plan;
  const nodes: Nodes = {
    [biosImagePath(plan)]: made(plan, bios.elTorito),
    [`boot/${menu.grubDirectory}/earlyboot.cfg`]: text(plan, renderEarlyConfig(menu.mediumId, menu.grubDirectory)),
    [`boot/${menu.grubDirectory}/i386-pc`]: copyModules(bios.directory.node),
  };
  if (bios.hybridMbr) nodes[`${loaderOf(plan)}/boot_hybrid.img`] = made(plan, bytesSource(bios.hybridMbr));
  return nodes;
}

async function isolinuxNodes(
  plan: BuildPlan,
  { files }: IsolinuxFiles,
  gfxboot: GfxbootTheme | undefined,
): Promise<Nodes> {
  const { menu, description } = plan;
  const look = {
    modules: new Set(files.keys()),
    gfxboot: gfxboot?.hasLogo ?? false,
    resolution: isolinuxResolution(description.type.vga),
  };
  const nodes: Nodes = {};
  const loader = loaderOf(plan);
  for (const [name, found] of gfxboot?.files ?? []) nodes[`${loader}/${name}`] = copy(found);
  const config = gfxboot?.files.get('gfxboot.cfg');
  if (config?.kind === 'file') {
    const lines = Buffer.from(await collect(config.content, quietRun())).toString('utf8');
    nodes[`${loader}/gfxboot.cfg`] = text(plan, withoutAutodown(lines));
  }
  for (const [name, found] of files) nodes[`${loader}/${name}`] = copy(found);
  nodes[`${loader}/isolinux.cfg`] = text(plan, renderIsolinux(menu, look));
  nodes[`${loader}/isolinux.msg`] = text(plan, renderIsolinuxMessage(menu));
  return nodes;
}

function efiNodes(plan: BuildPlan, efi: EfiTree): Nodes {
  const { root, menu, firmware, architecture, description } = plan;
  const nodes: Nodes = {};
  const top = follow(efi, 'EFI');
  if (top) nodes['EFI'] = copy(top);
  // A signed GRUB has its modules built in; older generations copied them anyway.
  const wantsModules = firmware !== 'uefi' || description.generation.copiesSignedModules;
  const platform = architecture.efi!.platform;
  const modules = wantsModules ? findGrubDirectory(root, platform) : undefined;
  if (modules) nodes[`boot/${menu.grubDirectory}/${platform}`] = copyModules(modules.node);
  return nodes;
}

function openFirmwareNodes(plan: BuildPlan, found: OpenFirmwareFiles): Nodes {
  const { menu } = plan;
  const { platform, image, directory: modules, earlyConfig } = found;
  const grub = `boot/${menu.grubDirectory}/${platform}`;
  const own = copyModules(modules.node) as Directory;
  const entries = new Map(own.entries);
  entries.set(fromText(OPEN_FIRMWARE_IMAGE), made(plan, image));
  entries.set(fromText('grub.cfg'), text(plan, earlyConfig));
  return {
    'ppc/bootinfo.txt': text(plan, renderBootInfo(menu.title, menu.grubDirectory, platform)),
    [grub]: directory<ExactContent>(own, entries),
  };
}

/** Path of the image that a BIOS loads from a CD. */
export function biosImagePath(plan: BuildPlan): string {
  return `${loaderOf(plan)}/${plan.layout.bios === 'isolinux' ? 'isolinux.bin' : 'eltorito.img'}`;
}

/** The loader directory without leading slash. */
export function loaderOf({ menu }: BuildPlan): string {
  return menu.loaderDirectory.slice(1);
}

function requireHypervisor(root: FileTree): File {
  const found = follow(root, '/boot/xen.gz');
  if (found?.kind === 'file') return found;
  throw new InvalidInputError('live.no-hypervisor', 'There is no hypervisor /boot/xen.gz in the root tree.', {
    hint: 'Install Xen into the root tree, or leave xen_server out.',
  });
}

function made({ epoch }: BuildPlan, content: ExactContent): File {
  return file(content, { mtime: epoch });
}

function text(plan: BuildPlan, content: string): File {
  return made(plan, bytesSource(new TextEncoder().encode(content)));
}

/** GRUB's module directory, without the development files that some distributions put there. */
function copyModules(found: Directory): Node {
  const kept = [...found.entries].filter(([name]) => !name.endsWith('.module'));
  return copy(directory<ExactContent>(found, kept));
}

/** A copy for the medium: owned by root, readable by all, its time in whole seconds as in ISO 9660. */
export function copy(node: Node): Node {
  const owner = { uid: 0, gid: 0, xattrs: [], mtime: timestamp(node.mtime.seconds) };
  if (node.kind === 'directory') {
    const entries = [...node.entries].map(([name, child]) => [name, copy(child)] as const);
    return directory<ExactContent>({ ...owner, mode: 0o755 }, entries);
  }
  if (node.kind === 'file') return file(node.content, { ...owner, mode: 0o644 });
  return { ...node, ...owner };
}
