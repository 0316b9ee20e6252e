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
