// A place that keeps records by their keys and contents by their digests.

import type { FileHandle } from 'node:fs/promises';
import type { Blob } from './record.js';

/** A back end of a cache. The caller checks everything that a store returns, and takes any error as a miss. */
export interface Store {
  /** For messages. */
  readonly name: string;
  readonly isReadOnly: boolean;
  /** The bytes of a record; undefined if there is none. */
  record(key: string): Promise<Uint8Array | undefined>;
  putRecord(key: string, bytes: Uint8Array): Promise<void>;
  /** The path of a content on this machine; undefined if the store does not have it, or is a server. */
  path(blob: Blob): Promise<string | undefined>;
  /** Downloads a content into an empty file; false if the store does not have it, or is a directory. */
  download(blob: Blob, to: FileHandle): Promise<boolean>;
  /** Keeps the content of a file, which may be moved if it is in {@link scratch}. */
  put(blob: Blob, from: string): Promise<void>;
  /** Removes a content that was found to be damaged. */
  discard(blob: Blob): Promise<void>;
  /** A directory for new files, from which {@link put} moves them without a copy; undefined for servers and read-only stores. */
  readonly scratch: string | undefined;
  close(): Promise<void>;
}
