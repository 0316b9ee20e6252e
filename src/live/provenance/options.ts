// Options of a provenance statement.

/** The content of a provenance statement that the build does not know by itself. */
export interface ProvenanceOptions {
  /** URI of the system that builds and is trusted (SLSA: `builder.id`). Default: that of this program. */
  readonly builderId?: string;
  /** All options that the person who builds has chosen, as plain data (SLSA: `externalParameters`). Default: none. */
  readonly parameters?: Readonly<Record<string, unknown>>;
  /** Further files that these options name; their digests are stated. Default: none. */
  readonly files?: readonly NamedFile[];
}

/** A file that a build reads, and its name in the statement. */
export interface NamedFile {
  readonly name: string;
  readonly path: string;
}
