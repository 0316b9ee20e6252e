// A place that keeps records by their keys and contents by their digests.

import type { FileHandle } from 'node:fs/promises';
import type { Blob } from './record.js';

/** One back end. Everything that it returns is checked by its caller, and everything that it throws counts as a miss. */
export interface Store {
  /** For people. */
  readonly name: string;
  readonly isReadOnly: boolean;
  /** The bytes of a record; undefined: there is none. */
  record(key: string): Promise<Uint8Array | undefined>;
  putRecord(key: string, bytes: Uint8Array): Promise<void>;
  /** The path of a content on this machine; undefined: it is not there, or not on this machine. */
  path(blob: Blob): Promise<string | undefined>;
  /** Writes a content to an empty file, and returns whether it is there. */
  download(blob: Blob, to: FileHandle): Promise<boolean>;
  /** Keeps the content of a file. Does nothing if it is kept already. */
  put(blob: Blob, from: string): Promise<void>;
  /** Forgets a content that has been found to be damaged. */
  discard(blob: Blob): Promise<void>;
  /** A directory in which a file can be written that is to be kept; undefined: elsewhere. */
  readonly scratch: string | undefined;
  close(): Promise<void>;
}
