// What an index says of one logical cluster, in whichever form.

/** A cluster in which encoded data starts, and with it an extent. */
export interface Head {
  /** `plain` data is stored; the others have the first or the second algorithm of the file. */
  readonly kind: 'plain' | 'head1' | 'head2';
  /** Where in the logical cluster the extent starts. */
  readonly offset: number;
  /** First block of the encoded data. */
  readonly block: number;
  /** The data decodes to more than the extent has. Full indexes only. */
  readonly isPartial?: boolean;
}

/** A cluster that an extent before goes on in. */
export interface NonHead {
  readonly kind: 'nonhead';
  /** Blocks of encoded data; only in the first cluster after a head whose data has several. It takes the place of `back`, which is 1. */
  readonly blocks?: number;
  /** Clusters back to the head. */
  readonly back: number;
  /** Clusters on to the next head. */
  readonly ahead: number;
}

export type Cluster = Head | NonHead;

/** Clusters by the numbers that both forms of index have for them. */
export const ClusterType = { plain: 0, head1: 1, nonhead: 2, head2: 3 } as const satisfies Record<
  Cluster['kind'],
  number
>;
export const CLUSTER_KINDS = ['plain', 'head1', 'nonhead', 'head2'] as const;

/** Added to a count of blocks that takes the place of a distance; distances are smaller. */
export const BLOCK_COUNT = 0x800;
/** Longest distance that an index says. */
export const MAX_DISTANCE = BLOCK_COUNT - 1;
