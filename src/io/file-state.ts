// The state of a file: enough to notice that it has changed.

/** Facts of a file system about a file. Times are nanoseconds since 1970. */
export interface FileState {
  readonly device: bigint;
  readonly inode: bigint;
  readonly size: bigint;
  readonly modified: bigint;
  /** When content or attributes were last changed; no program can set it. */
  readonly changed: bigint;
}

/** Bytes of a state in flat memory: its numbers in this order, 64 bits each, least significant byte first. */
export const STATE = 40;
