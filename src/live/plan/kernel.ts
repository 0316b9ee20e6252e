// Which kernel of the root tree the medium boots.

import { stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { type ByteString, compareBytes, displayText, fromText } from '../../bytes/index.js';
import { InvalidInputError, option, wording } from '../../errors.js';
import { type ExactContent, fileContent, sourceError } from '../../io/index.js';
import { type File, type FileTree, file, follow, glob, joinPath } from '../../tree/index.js';

export interface Kernel {
  /** Path in the root tree. */
  readonly path: ByteString;
  /** As `uname -r` will print it: the name of the modules directory. */
  readonly version: string;
  readonly file: File<ExactContent>;
}

const moduleDirectories = ['/lib/modules/*', '/usr/lib/modules/*'];
/** A release as kernels call themselves; other directories beside them are no modules, and never become an argument. */
const RELEASE = /^[A-Za-z0-9_][\x21-\x7e]*$/;
const names = ['uImage', 'Image', 'zImage', 'vmlinuz', 'image', 'vmlinux', 'kernel'];

/** Links by which a distribution tells the kernel that it boots. */
const links = ['boot/vmlinux', 'boot/vmlinuz'];

/**
 * The first kernel found, in the order of KIWI: modules directories sorted, for each all names in all places. With
 * `followsLinks` those that links in /boot lead to come before.
 */
export function findKernel(root: FileTree, { followsLinks = false } = {}): Kernel {
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
  for (const version of [...versions].sort(compareBytes)) {
    for (const name of names) {
      for (const path of [
        `boot/${name}-${version}`,
        `lib/modules/${version}/${name}`,
        `usr/lib/modules/${version}/${name}`,
      ]) {
        const found = follow(root, path);
        if (found?.kind === 'file') return { path: joinPath('', path), version, file: found };
      }
    }
  }
  throw kernelMissing([...versions]);
}

/** What a link leads to counts if its name tells a version that there are modules for. */
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

/** A kernel from outside the tree; its modules are those of the version in its name, or the only ones there are. */
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
