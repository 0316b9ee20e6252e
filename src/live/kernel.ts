// Which kernel of the root tree the medium boots.

import { type ByteString, compareBytes, displayText } from '../bytes/index.js';
import { InvalidInputError } from '../errors.js';
import type { ExactContent } from '../io/index.js';
import { type File, type FileTree, follow, glob, joinPath } from '../tree/index.js';

export interface Kernel {
  /** Path in the root tree. */
  readonly path: ByteString;
  /** As `uname -r` will print it: the name of the modules directory. */
  readonly version: string;
  readonly file: File<ExactContent>;
}

const moduleDirectories = ['/lib/modules/*', '/usr/lib/modules/*'];
const names = ['uImage', 'Image', 'zImage', 'vmlinuz', 'image', 'vmlinux', 'kernel'];

/** The first kernel found, in the order of KIWI: modules directories sorted, for each all names in all places. */
export function findKernel(root: FileTree): Kernel {
  const versions = new Set(
    moduleDirectories.flatMap((pattern) =>
      glob(root, pattern)
        .filter((found) => found.node.kind === 'directory')
        .map((found) => found.path.slice(found.path.lastIndexOf('/') + 1)),
    ),
  );
  for (const version of [...versions].sort(compareBytes)) {
    for (const name of names) {
      for (const path of [
        `boot/${name}-${version}`,
        `lib/modules/${version}/${name}`,
        `usr/lib/modules/${version}/${name}`,
      ]) {
        const file = follow(root, path);
        if (file?.kind === 'file') return { path: joinPath('', path), version, file };
      }
    }
  }
  throw kernelMissing([...versions]);
}

function kernelMissing(versions: readonly string[]): InvalidInputError {
  const searched =
    versions.length > 0
      ? `There are modules for ${versions.map((v) => displayText(v as ByteString)).join(', ')}, but no kernel image.`
      : 'It has no /lib/modules either.';
  return new InvalidInputError('live.no-kernel', `There is no kernel in the root tree. ${searched}`, {
    hint: 'Install a kernel package into the root tree (linux-image-amd64 on Debian), or give --kernel FILE.',
  });
}
