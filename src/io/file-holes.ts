// Holes of files, as the file system reports them.

import type { ByteString } from '../bytes/index.js';
import type { NativeAddon } from '../native/index.js';
import type { Range } from './content.js';
import { pathBuffer } from './host-path.js';
import type { FileIdentity } from './range-list.js';

/** Holes of a regular file by lseek(2): sorted, disjoint, not empty. Throws the error of the system. */
export function fileHoles(
  addon: NativeAddon,
  path: ByteString,
  { device, inode }: FileIdentity,
  size: number,
): Range[] {
  const flat = addon.holes(pathBuffer(path), size, device, inode);
  const holes: Range[] = [];
  for (let i = 0; i + 1 < flat.length; i += 2) holes.push({ at: flat[i]!, length: flat[i + 1]! });
  return holes;
}
