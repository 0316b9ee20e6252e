// Chooses the kernel of the medium.

import { stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { type ByteString, compareBytes, displayText, fromText } from '../../bytes/index.js';
import { InvalidInputError, option, wording } from '../../errors.js';
import { type ExactContent, fileContent, sourceError } from '../../io/index.js';
import { type File, type FileTree, file, follow, glob, joinPath } from '../../tree/index.js';

export interface Kernel {
  /** Path in the root tree. */
  readonly path: ByteString;
  /** The release, as `uname -r` prints it: the name of the modules directory. */
  readonly version: string;
  readonly file: File<ExactContent>;
}

const moduleDirectories = ['/lib/modules/*', '/usr/lib/modules/*'];
/** The release of a kernel; other directories have no modules, and never become an argument. */
const RELEASE = /^[A-Za-z0-9_][\x21-\x7e]*$/;
const names = ['uImage', 'Image', 'zImage', 'vmlinuz', 'image', 'vmlinux', 'kernel'];

/** Symbolic links to the kernel that a distribution boots. */
const links = ['boot/vmlinux', 'boot/vmlinuz'];

/** The search for kernels in a generation. */
export interface KernelSearch {
  /** Targets of links in /boot come first. */
  readonly followsLinks?: boolean;
  /** The newest version comes first, under any name of its image; otherwise the kind of image counts before the version. */
  readonly newestFirst?: boolean;
}

/** The first kernel found, in the order of KIWI. Throws {@link InvalidInputError} `live.no-kernel`. */
export function findKernel(root: FileTree, { followsLinks = false, newestFirst = false }: KernelSearch = {}): Kernel {
  const versions = new Set(
    moduleDirectories.flatMap((pattern) =>
      glob(root, pattern)
        .filter((found) => found.node.kind === 'directory')
        .map((found) => found.path.slice(found.path.lastIndexOf('/') + 1))
        .filter((name) => RELEASE.test(name)),
    ),
  );
  const linked = followsLinks ? linkedKernel(root, versions) : undefined;
  if (linked) return linked;
  for (const [version, name] of searchOrder([...versions], newestFirst)) {
    for (const path of [
      `boot/${name}-${version}`,
      `lib/modules/${version}/${name}`,
      `usr/lib/modules/${version}/${name}`,
    ]) {
      const found = follow(root, path);
      if (found?.kind === 'file') return { path: joinPath('', path), version, file: found };
    }
  }
  throw kernelMissing([...versions]);
}

function searchOrder(versions: readonly string[], newestFirst: boolean): (readonly [version: string, name: string])[] {
  if (newestFirst) {
    const sorted = versions.toSorted((a, b) => compareVersions(b, a));
    return sorted.flatMap((version) => names.map((name) => [version, name] as const));
  }
  const sorted = versions.toSorted(compareBytes);
  return names.flatMap((name) => sorted.map((version) => [version, name] as const));
}

/** Compares numbers and words in turn; a number comes after a word, more parts after fewer; equal ones compare by bytes. */
function compareVersions(a: string, b: string): number {
  const [left, right] = [a, b].map((version) => version.match(/\d+|[a-zA-Z]+/g) ?? []);
  for (let i = 0; i < Math.min(left!.length, right!.length); i++) {
    const difference = comparePart(left![i]!, right![i]!);
    if (difference !== 0) return difference;
  }
  return left!.length - right!.length || compareBytes(a, b);
}

function comparePart(a: string, b: string): number {
  const [isNumberA, isNumberB] = [/^\d/.test(a), /^\d/.test(b)];
  if (isNumberA !== isNumberB) return isNumberA ? 1 : -1;
  if (!isNumberA) return compareBytes(a, b);
  const [digitsA, digitsB] = [a, b].map((digits) => digits.replace(/^0+/, '')) as [string, string];
  return digitsA.length - digitsB.length || compareBytes(digitsA, digitsB);
}

/** The target of a link counts if there are modules for the version in its name. */
function linkedKernel(root: FileTree, versions: ReadonlySet<string>): Kernel | undefined {
  for (const link of links) {
    const node = root.get(link);
    const name = node?.kind === 'symlink' ? node.target.slice(node.target.lastIndexOf('/') + 1) : '';
    const version = name.slice(name.indexOf('-') + 1);
    const found = versions.has(version) ? follow(root, link) : undefined;
    if (found?.kind === 'file') return { path: joinPath('', link), version, file: found };
  }
  return undefined;
}

function kernelMissing(versions: readonly string[]): InvalidInputError {
  const searched =
    versions.length > 0
      ? `There are modules for ${versions.map((v) => displayText(v as ByteString)).join(', ')}, but no kernel image.`
      : 'It has no /lib/modules either.';
  return new InvalidInputError('live.no-kernel', `There is no kernel in the root tree. ${searched}`, {
    hint: wording`Install a kernel package into the root tree (linux-image-amd64 on Debian), or give ${option('kernel', 'FILE')}.`,
  });
}

/** A kernel from outside the tree; its modules are those of the version in its name, or the only ones. */
export async function givenKernel(path: string, root: FileTree): Promise<Kernel> {
  const { size } = await stat(path).catch((error) => {
    throw sourceError(fromText(path), error);
  });
  const versions = glob(root, '/usr/lib/modules/*')
    .concat(glob(root, '/lib/modules/*'))
    .map((found) => basename(found.path))
    .filter((name) => RELEASE.test(name));
  const named = basename(path).replace(/^[^-]*-?/, '');
  const version = versions.includes(named) ? named : versions[0];
  if (version === undefined || (version !== named && new Set(versions).size > 1)) {
    throw new InvalidInputError('live.kernel-version', `It is not clear which modules belong to ${path}.`, {
      path,
      hint: `Name the file after its version, as in vmlinuz-6.1.0. The root tree has modules for: ${versions.join(', ') || 'none'}.`,
    });
  }
  return { path: fromText(path), version, file: file(fileContent(fromText(path), size)) };
}
