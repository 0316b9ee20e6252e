// Options of a set of files for booting over a network.

/** Where the set is written, and where it is served. */
export interface NetbootOptions {
  /** Directory to make. */
  readonly directory: string;
  /**
   * URL at which the directory is served, without blanks; iPXE replaces its settings, such as `next-server` in `${…}`. Default: the root of an
   * HTTP server on the machine that answered as next server.
   */
  readonly url?: string;
}
