/** One export of a subpath: its name, its doc comment, and its declarations as text. */
export interface PublicExport {
  readonly name: string;
  readonly doc: string;
  readonly declarations: readonly string[];
  /** Types in the declarations that no subpath exports. */
  readonly hidden: readonly string[];
}

/** The exports of every subpath (`.`, `./ext4`, …), in the order of their names. */
export function publicExports(): Map<string, PublicExport[]>;

/** The report of every subpath, by the name of its file. */
export function apiReports(all: ReadonlyMap<string, readonly PublicExport[]>): Map<string, string>;
