// The EFI directory of the medium, which is also the content of the EFI system partition: either an image made here
// (firmware "efi"), or the distribution's signed shim and GRUB (firmware "uefi"). Nothing is signed here.

import { type ByteString, type Timestamp, timestamp } from '../../bytes/index.js';
import { InvalidInputError } from '../../errors.js';
import { bytesSource, collect, type ExactContent, type Run } from '../../io/index.js';
import { directory, type File, FileTree, file, follow, glob, type Node, overlay } from '../../tree/index.js';
import { isPathComponent } from '../files/path-component.js';
import { type EfiNames, efiFileOf } from '../plan/architecture.js';
import { findMokManagers, findShims, findSignedGrubs, findUnsignedGrubs, vendorDirectories } from './efi-lookups.js';
import { requireFont, requireGrubDirectory } from './grub-data.js';
import { type BootImageContext, makeBootImage } from './grub-image.js';

export interface EfiRequest {
  readonly efi: EfiNames;
  /** The first commands of an image made here. */
  readonly earlyConfig: string;
  /** Configuration for a ready-made GRUB. */
  readonly forwardingConfig: string;
  readonly prefix: string;
  /** Modules for images made here, in addition to the usual ones. */
  readonly extraModules: readonly string[];
  /** Whether a medium without a signed shim is an error, as it was before KIWI 9.20. */
  readonly requiresShim: boolean;
}

/** A tree whose top is `EFI`. */
export type EfiTree = FileTree;

/** For firmware "efi": a prebuilt GRUB of the tree with its configuration next to it, or one made here. */
export async function makeUnsignedEfi(context: BootImageContext, request: EfiRequest, run: Run): Promise<EfiTree> {
  const { efi, earlyConfig, forwardingConfig, prefix, extraModules } = request;
  const name = `EFI/BOOT/${efiFileOf(efi)}`;
  const ready = findUnsignedGrubs(context.root, efi.suffix);
  if (ready.length > 0) {
    const nodes = Object.fromEntries(ready.map((found) => [`EFI/BOOT/${found.name}`, plain(found.file)]));
    return complete(context, { ...nodes, 'EFI/BOOT/grub.cfg': text(context, forwardingConfig) });
  }
  const { platform } = efi;
  const modules = requireGrubDirectory(context.root, platform);
  const recipe = { platform, directory: modules, earlyConfig, prefix, extraModules };
  const image = await makeBootImage(context, recipe, run);
  return complete(context, {
    [name]: file(bytesSource(image), made(context)),
    'EFI/BOOT/earlyboot.cfg': text(context, earlyConfig),
  });
}

/** For firmware "uefi": shim where firmware looks for it, GRUB where shim does, the configuration where GRUB does. */
export async function collectSignedEfi(context: BootImageContext, request: EfiRequest, run: Run): Promise<EfiTree> {
  const { root } = context;
  const { suffix } = request.efi;
  const shims = findShims(root, suffix);
  if (shims.length === 0) {
    if (request.requiresShim) throw shimMissing();
    context.note('The root tree has no signed shim: machines with Secure Boot may refuse the medium.');
  }
  const grubs = findSignedGrubs(root, suffix, shims.length > 0);
  if (grubs.length === 0) throw signedGrubMissing();
  const nodes: Record<string, Node> = {};
  const mokManagers = shims.length > 0 ? findMokManagers(root) : [];
  for (const found of [...shims, ...grubs, ...mokManagers]) nodes[`EFI/BOOT/${found.name}`] ??= plain(found.file);
  const configured = new Set(['EFI/BOOT', ...vendorDirectories(root)]);
  if (configured.size === 1) {
    for (const grub of grubs) for (const path of await builtInPrefixes(grub.file, run)) configured.add(path);
  }
  for (const path of configured) nodes[`${path}/grub.cfg`] = text(context, request.forwardingConfig);
  return complete(context, nodes);
}

/** A signed GRUB contains the directory of its configuration as a string: `/EFI/debian`. */
async function builtInPrefixes(grub: File, run: Run): Promise<string[]> {
  const image = Buffer.from(await collect(grub.content, run)).toString('latin1');
  const found = image.matchAll(/(?<![\x20-\x7e])\/(EFI\/[\w.-]+)(?![\x20-\x7e])/g);
  const paths = [...found].map((match) => match[1]!);
  return [...new Set(paths)].filter((path) => isPathComponent(path.slice('EFI/'.length)));
}

/** The tree's /boot/efi with our files laid over it. A vendor's directory of fonts also gets those of the menu. */
function complete(context: BootImageContext, nodes: Record<string, Node>): EfiTree {
  const own = follow(context.root, '/boot/efi/EFI');
  const fonts = glob(context.root, '/boot/efi/EFI/*/fonts').filter(({ node }) => node.kind === 'directory');
  for (const { path } of fonts) {
    nodes[`${path.slice('boot/efi/'.length)}/unicode.pf2`] = plain(requireFont(context.root));
  }
  const ours = FileTree.of<ExactContent>(nodes, made(context));
  if (own?.kind !== 'directory') return ours;
  const base = new FileTree(directory<ExactContent>(made(context), [['EFI' as ByteString, own]]));
  return overlay(base, ours);
}

/** The content as a new file, not a hard link of the one in the tree. */
function plain(found: File): File {
  return file(found.content, { mtime: found.mtime });
}

function text(context: BootImageContext, content: string): File {
  return file(bytesSource(new TextEncoder().encode(content)), made(context));
}

function made(context: BootImageContext): { mtime: Timestamp } {
  return { mtime: timestamp(context.epoch) };
}

function shimMissing(): InvalidInputError {
  const message = 'The root tree has no shim signed by Microsoft, which firmware="uefi" needs in this schema version.';
  return new InvalidInputError('live.no-shim', message, {
    hint: 'Install it into the root tree (shim-signed on Debian, shim on SUSE, shim-x64 on Fedora), or choose firmware="efi".',
  });
}

function signedGrubMissing(): InvalidInputError {
  const message = 'The root tree has no signed GRUB, which firmware="uefi" needs.';
  return new InvalidInputError('live.no-signed-grub', message, {
    hint: 'Install it into the root tree (grub-efi-amd64-signed and shim-signed on Debian), or choose firmware="efi".',
  });
}
