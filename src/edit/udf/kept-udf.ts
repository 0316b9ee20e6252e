// The UDF view of a disc while it is edited. Its directories and names are a hierarchy like those of ISO 9660; this file has what UDF adds.

import type { Data } from '../kept/entries.js';
import type { KeptTree } from '../kept/read-hierarchy.js';

/** A run of blocks of the old disc, counted from its start. */
export interface Blocks {
  readonly block: number;
  readonly blocks: number;
}

/** A descriptor of the old disc, which begins a block. */
export interface KeptUdfDescriptor {
  readonly block: number;
  readonly id: number;
  readonly bytes: Uint8Array;
}

/** A file entry with everything that it points to. */
export interface KeptInode {
  /** Of the entry, counted from the start of the disc. */
  readonly block: number;
  /** Its bytes, as far as they are used. */
  readonly entry: Uint8Array;
  /** Blocks with further allocation descriptors. */
  readonly continuations: readonly KeptUdfDescriptor[];
  /** Where the identifiers of a directory are; empty if they are in the entry. */
  readonly folder: readonly Blocks[];
  /** Of a file whose data are not in the entry. */
  readonly data: Data | undefined;
  /** How many identifiers lead to it. */
  names: number;
}

/** The UDF view of a disc. */
export interface KeptUdf {
  /** The records of an entry are its identifier; those of a directory are its file entry and the identifier of its parent. */
  readonly tree: KeptTree;
  /** By the blocks of their entries. */
  readonly inodes: ReadonlyMap<number, KeptInode>;
  /** The partition in which all addresses of files count. */
  readonly partition: Blocks;
  /** Version of the tags of its descriptors. */
  readonly tagVersion: number;
  /** Anchors, descriptors of both sequences, integrity descriptors: their places are counted from the start of the disc. */
  readonly volume: readonly KeptUdfDescriptor[];
  /** The file set descriptor and what ends its sequence: their places are counted in the partition. */
  readonly fileSet: readonly KeptUdfDescriptor[];
  /** Last block of the anchors that cannot move. */
  readonly fixed: number;
  /** Greater than every unique identifier in use. */
  readonly nextUniqueId: number;
}
