// Blobs as sources: files that a user has chosen in a browser.

import type { Source } from './content.js';
import { checkRange } from './memory.js';
import { sourceView } from './view.js';

/** Bytes that are read at once for small reads, and how many such windows are kept: 16 MiB. */
const WINDOW = 256 * 1024;
const MOST_WINDOWS = 64;

/** The bytes of a blob or file, which is read in slices. Rejects with the browser's error if the file has changed. */
export function blobSource(blob: Blob): Source {
  const windows = new Map<number, Promise<Uint8Array>>();
  const slice = async (at: number, length: number) => new Uint8Array(await blob.slice(at, at + length).arrayBuffer());
  const windowAt = (first: number) => {
    const known = windows.get(first);
    if (known) {
      // The one that was used last is the last to go.
      windows.delete(first);
      windows.set(first, known);
      return known;
    }
    if (windows.size >= MOST_WINDOWS) windows.delete(windows.keys().next().value!);
    const read = slice(first, WINDOW);
    windows.set(first, read);
    return read;
  };
  const read = async (at: number, into: Uint8Array) => {
    checkRange({ at, length: into.length }, blob.size);
    if (into.length >= WINDOW) {
      into.set(await slice(at, into.length));
      return;
    }
    for (let done = 0; done < into.length; ) {
      const from = at + done;
      const first = from - (from % WINDOW);
      const part = (await windowAt(first)).subarray(from - first, from - first + into.length - done);
      into.set(part, done);
      done += part.length;
    }
  };
  return sourceView({ read }, { at: 0, length: blob.size });
}
