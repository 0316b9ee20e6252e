// The compressions of an initrd that the kernel unpacks, by the configuration in its package.

import { type Run, smallBytes } from '../../io/index.js';
import { type FileTree, follow } from '../../tree/index.js';

/** Kernel configurations have a few hundred kilobytes. */
const LARGEST = 4 * 1024 * 1024;
const PREFIX = 'CONFIG_RD_';

/**
 * Names of the compressions, `gzip`, `xz`; undefined if the tree has no configuration of this kernel, or it does not
 * say.
 */
export async function unpackedByKernel(
  root: FileTree,
  version: string,
  run: Run,
): Promise<ReadonlySet<string> | undefined> {
  const modules = `lib/modules/${version}/config`;
  for (const path of [`boot/config-${version}`, `usr/${modules}`, modules]) {
    const node = follow(root, path);
    if (node?.kind !== 'file') continue;
    const bytes = await smallBytes(node.content, run, LARGEST);
    const text = Buffer.from(bytes ?? []).toString('latin1');
    if (!text.includes(PREFIX)) continue;
    return new Set([...text.matchAll(/^CONFIG_RD_(\w+)=y$/gm)].map(([, name]) => name!.toLowerCase()));
  }
  return undefined;
}
