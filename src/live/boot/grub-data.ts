// The GRUB of a root tree: directories, boot sectors, fonts, signed images. Lookups only; nothing is run.

import { InvalidInputError } from '../../errors.js';
import type { ExactContent } from '../../io/index.js';
import { type Directory, type File, FileTree, follow } from '../../tree/index.js';

/** A directory of a root tree and its path in the tree. */
export interface FoundDirectory {
  /** Without leading slash. */
  readonly path: string;
  readonly node: Directory;
}

type FoundFile = File<ExactContent>;

const dataDirectories = ['usr/share/grub2', 'usr/lib/grub2', 'usr/share/grub', 'usr/lib/grub'];
const programDirectories = ['usr/local/sbin', 'usr/local/bin', 'usr/sbin', 'usr/bin', 'sbin', 'bin'];

/** GRUB's directory below /boot: `grub2` in distributions that name their tools so, otherwise `grub`. */
export function grubDirectoryName(root: FileTree): 'grub' | 'grub2' {
  return findProgram(root, 'grub2-install') ? 'grub2' : 'grub';
}

/** The path of a program of the root tree. */
export function findProgram(root: FileTree, ...names: readonly string[]): string | undefined {
  for (const name of names) {
    for (const directory of programDirectories) {
      const node = follow(root, `${directory}/${name}`);
      if (node?.kind === 'file' && (node.mode & 0o111) !== 0) return `/${directory}/${name}`;
    }
  }
  return undefined;
}

/** The directory of a GRUB platform, `i386-pc`; undefined if the tree does not have it. */
export function findGrubDirectory(root: FileTree, platform: string): FoundDirectory | undefined {
  for (const directory of dataDirectories) {
    const path = `${directory}/${platform}`;
    const node = follow(root, path);
    if (node?.kind === 'directory') return { path, node };
  }
  return undefined;
}

/** As {@link findGrubDirectory}; throws an error that names the package if it is missing. */
export function requireGrubDirectory(root: FileTree, platform: string): FoundDirectory {
  const found = findGrubDirectory(root, platform);
  if (found) return found;
  throw new InvalidInputError('live.no-grub', `The root tree has no GRUB for ${platform}.`, {
    hint: `Install it into the root tree: ${packageOf(platform)}.`,
  });
}

/** Debian's and Fedora's names of GRUB's platforms. */
const packages: Readonly<Record<string, readonly [debian: string, fedora: string]>> = {
  'i386-pc': ['grub-pc-bin', 'grub2-pc-modules'],
  'x86_64-efi': ['grub-efi-amd64-bin', 'grub2-efi-x64-modules'],
  'i386-efi': ['grub-efi-ia32-bin', 'grub2-efi-ia32-modules'],
  'arm64-efi': ['grub-efi-arm64-bin', 'grub2-efi-aa64-modules'],
  'arm-efi': ['grub-efi-arm-bin', 'grub2-efi-arm-modules'],
  'riscv64-efi': ['grub-efi-riscv64-bin', 'grub2-efi-riscv64-modules'],
  'powerpc-ieee1275': ['grub-ieee1275-bin', 'grub2-ppc64le-modules'],
};

function packageOf(platform: string): string {
  const [debian = `grub for ${platform}`, fedora = 'grub2-efi-modules'] = packages[platform] ?? [];
  return `${debian} on Debian, grub2-${platform} on SUSE, ${fedora} on Fedora`;
}

/** The font of graphical menus. */
export function requireFont(root: FileTree): FoundFile {
  for (const directory of [...dataDirectories, 'boot/grub2/fonts', 'boot/grub/fonts']) {
    const node = follow(root, `${directory}/unicode.pf2`);
    if (node?.kind === 'file') return node;
  }
  throw new InvalidInputError('live.no-grub-font', 'The root tree has no GRUB font unicode.pf2.', {
    hint: `Looked in ${dataDirectories.join(', ')}. It comes with grub-common on Debian, grub2 on SUSE.`,
  });
}

/** A theme by its name. */
export function findTheme(root: FileTree, name: string): Directory | undefined {
  for (const directory of [...dataDirectories, 'boot/grub2', 'boot/grub']) {
    const node = follow(root, `${directory}/themes/${name}`);
    if (node?.kind === 'directory') return node;
  }
  return undefined;
}

/** A regular file in a directory of the tree. */
export function fileIn(directory: Directory, name: string): FoundFile | undefined {
  const node = follow(new FileTree(directory), name);
  return node?.kind === 'file' ? node : undefined;
}
