// One logical cluster of an index, independent of its form.

/** A cluster in which an extent starts, with its encoded data. */
export interface Head {
  /** `plain` data is stored; the others have the first or the second algorithm of the file. */
  readonly kind: 'plain' | 'head1' | 'head2';
  /** Start of the extent in the logical cluster. */
  readonly offset: number;
  /** First block of the encoded data. */
  readonly block: number;
  /** The data decodes to more bytes than the extent has. Full indexes only. */
  readonly isPartial?: boolean;
}

/** A cluster in which an earlier extent continues. */
export interface NonHead {
  readonly kind: 'nonhead';
  /** Blocks of encoded data; only in the first cluster after a head with several. Stored in place of `back`, which is 1. */
  readonly blocks?: number;
  /** Clusters back to the head. */
  readonly back: number;
  /** Clusters to the next head. */
  readonly ahead: number;
}

export type Cluster = Head | NonHead;

/** Numbers of cluster types in both forms of index. */
export const ClusterType = { plain: 0, head1: 1, nonhead: 2, head2: 3 } as const satisfies Record<
  Cluster['kind'],
  number
>;
export const CLUSTER_KINDS = ['plain', 'head1', 'nonhead', 'head2'] as const;

/** Added to a count of blocks that is stored in place of a distance; distances are smaller. */
export const BLOCK_COUNT = 0x800;
/** Longest distance in an index. */
export const MAX_DISTANCE = BLOCK_COUNT - 1;
