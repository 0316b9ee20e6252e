// The EFI directory of the medium, which is also the content of the EFI system partition: either an image of our own
// making (firmware "efi"), or the distribution's signed shim and GRUB (firmware "uefi"). Nothing is signed here.

import { type ByteString, type Timestamp, timestamp } from '../../bytes/index.js';
import { InvalidInputError } from '../../errors.js';
import { bytesSource, collect, type ExactContent, type Run } from '../../io/index.js';
import { directory, type File, FileTree, file, follow, glob, type Node, overlay } from '../../tree/index.js';
import type { Architecture } from '../architecture.js';
import { firstMatch, requireGrubDirectory } from './grub-data.js';
import { type ImageWorkshop, makeBootImage } from './grub-image.js';

export interface EfiRequest {
  readonly architecture: Architecture;
  /** Commands that an image made here starts with. */
  readonly earlyConfig: string;
  /** Configuration for a ready-made GRUB. */
  readonly forwardingConfig: string;
  readonly prefix: string;
}

/** A tree whose top is `EFI`. */
export type EfiTree = FileTree;

const shimPatterns = [
  '/usr/lib/shim/shim*.efi.signed.latest',
  '/usr/lib/shim/shim*.efi.signed',
  '/usr/share/efi/x86_64/shim.efi',
  '/usr/lib64/efi/shim.efi',
  '/boot/efi/EFI/*/shimx64.efi',
  '/boot/efi/EFI/*/shim.efi',
  '/usr/lib/shim/shim*.efi',
];

/** Pattern and the name the file needs beside shim. */
const signedGrubPatterns: readonly (readonly [pattern: string, name: string])[] = [
  ['/boot/efi/EFI/*/gcdx64.efi', 'grubx64.efi'],
  ['/usr/share/efi/x86_64/grub.efi', 'grub.efi'],
  ['/usr/lib64/efi/grub.efi', 'grub.efi'],
  ['/boot/efi/EFI/*/grubx64.efi', 'grubx64.efi'],
  ['/usr/share/grub*/x86_64-efi/grub.efi', 'grub.efi'],
  ['/usr/lib/grub/x86_64-efi-signed/grubx64.efi.signed', 'grubx64.efi'],
];

const unsignedGrubPatterns = [
  '/boot/efi/EFI/*/gcdx64.efi',
  '/usr/share/grub*/x86_64-efi/grub.efi',
  '/usr/lib/grub*/x86_64-efi/grub.efi',
  '/boot/efi/EFI/*/grubx64.efi',
];

/** Signed ones first: a shim that checks signatures starts no other. */
const mokManagerPatterns: readonly (readonly [pattern: string, suffix: RegExp])[] = [
  ['/usr/share/efi/*/MokManager.efi', /$/],
  ['/usr/lib64/efi/MokManager.efi', /$/],
  ['/boot/efi/EFI/*/mm*.efi', /$/],
  ['/usr/lib/shim/mm*.efi.signed', /\.signed$/],
  ['/usr/lib/shim/mm*.efi', /$/],
];

/** For firmware "efi": a prebuilt GRUB of the tree with its configuration beside it, or one made here. */
export async function makeUnsignedEfi(workshop: ImageWorkshop, request: EfiRequest, run: Run): Promise<EfiTree> {
  const { architecture, earlyConfig, forwardingConfig, prefix } = request;
  const name = `EFI/BOOT/${architecture.efiFile}`;
  const ready = firstMatch(workshop.root, unsignedGrubPatterns);
  if (ready) return complete(workshop, { [name]: plain(ready), 'EFI/BOOT/grub.cfg': text(workshop, forwardingConfig) });
  const platform = architecture.efiPlatform;
  const modules = requireGrubDirectory(workshop.root, platform);
  const image = await makeBootImage(workshop, { platform, directory: modules, earlyConfig, prefix }, run);
  return complete(workshop, {
    [name]: file(bytesSource(image), made(workshop)),
    'EFI/BOOT/earlyboot.cfg': text(workshop, earlyConfig),
  });
}

/** For firmware "uefi": shim where firmware looks, GRUB where shim looks, configuration where GRUB looks. */
export async function collectSignedEfi(workshop: ImageWorkshop, request: EfiRequest, run: Run): Promise<EfiTree> {
  const { root } = workshop;
  const nodes: Record<string, Node> = {};
  const shim = firstMatch(root, shimPatterns);
  const grubs = signedGrubPatterns.flatMap(([pattern, name]) => {
    const found = firstMatch(root, [pattern]);
    return found ? [{ name: shim ? name : request.architecture.efiFile, found }] : [];
  });
  if (grubs.length === 0) throw signedGrubMissing();
  if (shim) nodes[`EFI/BOOT/${request.architecture.efiFile}`] = plain(shim);
  else workshop.warn('The root tree has no signed shim: machines with Secure Boot may refuse the medium.');
  for (const { name, found } of grubs) nodes[`EFI/BOOT/${name}`] ??= plain(found);
  if (shim) Object.assign(nodes, mokManagers(root));
  const configured = new Set(['EFI/BOOT', ...vendorDirectories(root)]);
  if (configured.size === 1) {
    for (const { found } of grubs) for (const path of await builtInPrefixes(found, run)) configured.add(path);
  }
  for (const path of configured) nodes[`${path}/grub.cfg`] = text(workshop, request.forwardingConfig);
  return complete(workshop, nodes);
}

function mokManagers(root: FileTree): Record<string, Node> {
  const nodes: Record<string, Node> = {};
  for (const [pattern, suffix] of mokManagerPatterns) {
    for (const { path, node } of glob(root, pattern)) {
      if (node.kind !== 'file') continue;
      nodes[`EFI/BOOT/${path.slice(path.lastIndexOf('/') + 1).replace(suffix, '')}`] ??= plain(node);
    }
  }
  return nodes;
}

/** Directories with a shim of the tree's own EFI system partition. */
function vendorDirectories(root: FileTree): string[] {
  return glob(root, '/boot/efi/EFI/*/shim*.efi').map(({ path }) =>
    path.slice('boot/efi/'.length, path.lastIndexOf('/')),
  );
}

/** A signed GRUB has the directory of its configuration built in, as a string of its own: `/EFI/debian`. */
async function builtInPrefixes(grub: File, run: Run): Promise<string[]> {
  const image = Buffer.from(await collect(grub.content, run)).toString('latin1');
  const found = image.matchAll(/(?<![\x20-\x7e])\/(EFI\/[\w.-]+)(?![\x20-\x7e])/g);
  return [...new Set([...found].map((match) => match[1]!))];
}

/** What the tree has in /boot/efi, with ours laid over it. */
function complete(workshop: ImageWorkshop, nodes: Record<string, Node>): EfiTree {
  const own = follow(workshop.root, '/boot/efi/EFI');
  const ours = FileTree.of<ExactContent>(nodes, made(workshop));
  if (own?.kind !== 'directory') return ours;
  const base = new FileTree(directory<ExactContent>(made(workshop), [['EFI' as ByteString, own]]));
  return overlay(base, ours);
}

/** The content under a new name, without the link to the name it has in the tree. */
function plain(found: File): File {
  return file(found.content, { mtime: found.mtime });
}

function text(workshop: ImageWorkshop, content: string): File {
  return file(bytesSource(new TextEncoder().encode(content)), made(workshop));
}

function made(workshop: ImageWorkshop): { mtime: Timestamp } {
  return { mtime: timestamp(workshop.epoch) };
}

function signedGrubMissing(): InvalidInputError {
  return new InvalidInputError(
    'live.no-signed-grub',
    'The root tree has no signed GRUB, which firmware="uefi" needs.',
    {
      hint: 'Install it into the root tree (grub-efi-amd64-signed and shim-signed on Debian), or choose firmware="efi".',
    },
  );
}
