// Pieces: the steps in which content is produced, and the surroundings of that work.

/** That many zero bytes, which need not be produced, compressed or written. */
export interface Hole {
  readonly hole: number;
}

/** Bytes whose length is known now and whose value is known once every piece of the image has been produced. */
export interface Backpatch {
  readonly length: number;
  render(): Uint8Array;
}

/** A `Uint8Array` is lent to the consumer until it pulls the next piece: keep a copy, not the array. */
export type Data = Uint8Array | Hole;
/** One step of the bytes of a content. */
export type Piece = Data | Backpatch;

/** One step of long work, reported as often as the worker likes; the receiver throttles. */
export interface Progress {
  /** The current activity, in the present tense: "packing". */
  readonly step: string;
  readonly done: number;
  /** Absent while unknown. */
  readonly total?: number;
  readonly unit: 'bytes' | 'entries' | 'steps';
}

/** The surroundings of a piece of work. */
export interface Run {
  readonly signal?: AbortSignal;
  /** How many jobs may run in parallel, ≥ 1. Never changes any byte of the result. */
  readonly jobs: number;
  report(progress: Progress): void;
}

/** Whether a piece is zeros that need not be produced. */
export function isHole(piece: Piece): piece is Hole {
  return 'hole' in piece;
}

/** Whether a piece is bytes that are rendered at the end. */
export function isBackpatch(piece: Piece): piece is Backpatch {
  return 'render' in piece;
}

/** How many bytes of the image a piece represents. */
export function pieceLength(piece: Piece): number {
  return isHole(piece) ? piece.hole : piece.length;
}

/** A run without progress and without abort, for library use and tests. */
export function quietRun(jobs = 1): Run {
  return { jobs, report: () => {} };
}
