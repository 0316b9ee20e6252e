// Files that users named as sources. The temporary file of an image never takes the place of one.

import type { FileIdentity } from './range-list.js';

/** How often each file was named. */
const named = new Map<string, number>();

/** Keeps a file from being removed as remains of an earlier run. Returns what ends that. */
export function keepRead(file: FileIdentity): () => void {
  const key = keyOf(file);
  named.set(key, (named.get(key) ?? 0) + 1);
  let isKept = true;
  return () => {
    if (!isKept) return;
    isKept = false;
    const others = named.get(key)! - 1;
    if (others > 0) named.set(key, others);
    else named.delete(key);
  };
}

/** Whether the file is a source. */
export function isRead(file: FileIdentity): boolean {
  return named.has(keyOf(file));
}

function keyOf({ device, inode }: FileIdentity): string {
  return `${device} ${inode}`;
}
