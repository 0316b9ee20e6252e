// Where distributions keep boot files for EFI: shim, GRUB, MokManager. The patterns of KIWI 9 and 10, in the order in which
// they are tried; each pattern adds at most one file, and no file replaces an earlier one.

import { type File, type FileTree, glob } from '../../tree/index.js';

/** A file of the root tree and its name in EFI/BOOT. */
export interface EfiProgram {
  readonly name: string;
  readonly file: File;
}

/** Pattern, and the name in EFI/BOOT; undefined: the name of the file. */
type Lookup = readonly [pattern: string, name?: string];

/**
 * Microsoft's UEFI CA of 2011 expired on 2026-06-27, and machines that know only the one of 2023 start no shim that has only the older
 * signature: a shim with both comes first.
 */
const shims: readonly Lookup[] = [
  ['/usr/lib/shim/shim*.efi.dualsigned'],
  ['/boot/efi/EFI/*/shim*.efi.dualsigned'],
  ['/usr/share/efi/*/shim*.efi.dualsigned'],
  ['/usr/lib/shim/shim*.efi.signed.latest'],
  ['/usr/lib/shim/shim*.efi.signed'],
  ['/usr/share/efi/x86_64/shim.efi', 'bootx64.efi'],
  ['/usr/share/efi/aarch64/shim.efi', 'bootaa64.efi'],
  ['/usr/share/efi/*/shim.efi'],
  ['/usr/lib64/efi/shim.efi'],
  ['/boot/efi/EFI/*/shimx64.efi'],
  ['/boot/efi/EFI/*/shimia32.efi'],
  ['/boot/efi/EFI/*/shimaa64.efi'],
  ['/boot/efi/EFI/*/shimriscv64.efi'],
  ['/boot/efi/EFI/*/shim.efi'],
  ['/usr/lib/shim/shim*.efi'],
];

/** The second name is the one that shim looks for. */
const signedGrubs: readonly Lookup[] = [
  ['/boot/efi/EFI/*/gcdx64.efi', 'grubx64.efi'],
  ['/boot/efi/EFI/*/gcdaa64.efi', 'grubaa64.efi'],
  ['/usr/share/efi/x86_64/grub.efi', 'grub.efi'],
  ['/usr/share/efi/aarch64/grub.efi', 'grub.efi'],
  ['/usr/share/efi/*/grub.efi', 'grub.efi'],
  ['/usr/lib64/efi/grub.efi', 'grub.efi'],
  ['/boot/efi/EFI/*/grubx64.efi'],
  ['/boot/efi/EFI/*/grubia32.efi'],
  ['/boot/efi/EFI/*/grubaa64.efi'],
  ['/boot/efi/EFI/*/grubriscv64.efi'],
  ['/boot/efi/EFI/*/grub.efi'],
  ['/usr/share/grub*/*-efi/grub.efi', 'grub.efi'],
  ['/usr/lib/grub/*-efi-signed/grub*.efi.signed'],
];

const unsignedGrubs: readonly Lookup[] = [
  ['/boot/efi/EFI/*/gcdx64.efi'],
  ['/boot/efi/EFI/*/gcdaa64.efi'],
  ['/usr/share/grub*/*-efi/grub.efi'],
  ['/usr/lib/grub*/*-efi/grub.efi'],
  ['/boot/efi/EFI/*/grubx64.efi'],
  ['/boot/efi/EFI/*/grubia32.efi'],
  ['/boot/efi/EFI/*/grubaa64.efi'],
  ['/boot/efi/EFI/*/grubriscv64.efi'],
];

/** Signed ones first: a shim that checks signatures starts nothing else. */
const mokManagers: readonly Lookup[] = [
  ['/usr/share/efi/*/MokManager.efi'],
  ['/usr/lib64/efi/MokManager.efi'],
  ['/boot/efi/EFI/*/mm*.efi'],
  ['/usr/lib/shim/mm*.efi.signed'],
  ['/usr/lib/shim/mm*.efi'],
];

/** Shims under the names that firmware looks for; `suffix` is that of the architecture, for files without one. */
export function findShims(root: FileTree, suffix: string): EfiProgram[] {
  return programs(root, shims, (name) => `boot${suffixOf(name) ?? suffix}.efi`);
}

/** Signed GRUBs: under the name that shim looks for if there is a shim, otherwise the one that firmware looks for. */
export function findSignedGrubs(root: FileTree, suffix: string, besideShim: boolean): EfiProgram[] {
  const bootName = (name: string) => `boot${suffixOf(name) ?? suffix}.efi`;
  if (!besideShim) {
    const bare = signedGrubs.map(([pattern]): Lookup => [pattern]);
    return programs(root, bare, bootName);
  }
  return programs(root, signedGrubs, (name) => name.replace(/\.signed$/, ''));
}

/** Ready-made GRUBs without regard to signatures, under the names that firmware looks for. */
export function findUnsignedGrubs(root: FileTree, suffix: string): EfiProgram[] {
  return programs(root, unsignedGrubs, (name) => `boot${suffixOf(name) ?? suffix}.efi`);
}

/** All MokManagers, under their own names. */
export function findMokManagers(root: FileTree): EfiProgram[] {
  const found = new Map<string, File>();
  for (const [pattern] of mokManagers) {
    for (const { path, node } of glob(root, pattern)) {
      const name = baseName(path).replace(/\.signed$/, '');
      if (node.kind === 'file' && !found.has(name)) found.set(name, node);
    }
  }
  return [...found].map(([name, file]) => ({ name, file }));
}

/** Vendors' directories of an EFI system partition, `EFI/fedora`: those of the root tree that contain a shim. */
export function vendorDirectories(root: FileTree): string[] {
  const paths = ['/boot/efi/EFI/*/shim*.efi', '/EFI/*/shim*.efi'].flatMap((pattern) =>
    glob(root, pattern).map(({ path }) => path.slice(path.indexOf('EFI/'), path.lastIndexOf('/'))),
  );
  return [...new Set(paths)];
}

function programs(root: FileTree, lookups: readonly Lookup[], nameOf: (name: string) => string): EfiProgram[] {
  const found = new Map<string, File>();
  for (const [pattern, given] of lookups) {
    // Of the matches of a pattern the shortest path counts, then byte order.
    const [best] = glob(root, pattern)
      .filter(({ node }) => node.kind === 'file')
      .sort((a, b) => a.path.length - b.path.length);
    if (!best) continue;
    const name = given ?? nameOf(baseName(best.path));
    if (!found.has(name)) found.set(name, best.node as File);
  }
  return [...found].map(([name, file]) => ({ name, file }));
}

/** `grubaa64.efi.signed` → `aa64`; undefined for `grub.efi`, which does not say. */
function suffixOf(name: string): string | undefined {
  return /(x64|ia32|aa64|arm|riscv64|loongarch64)\.efi/.exec(name)?.[1];
}

function baseName(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}
