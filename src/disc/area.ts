// Areas: the disc as an ordered list of runs of blocks. Each is placed once, emitted once, and checked to end where it was placed.

import { assertPlanned, InternalError } from '../errors.js';
import { BLOCK } from '../format/iso9660/index.js';
import { type Piece, pieceLength, type Run, type Unread } from '../io/index.js';
import type { DiscFacts } from './facts.js';

/** Where an emission is. */
export interface Emission {
  readonly facts: DiscFacts;
  /** Block the area starts at. */
  readonly block: number;
  readonly run: Run;
  /** Whether pieces may be left unread. */
  readonly unread: boolean;
}

export type AreaPieces = (emission: Emission) => AsyncIterable<Piece | Unread> | Iterable<Piece>;

export interface Area {
  readonly name: string;
  /** Undefined after open content. */
  readonly block: number | undefined;
  /** Undefined for open content. */
  readonly blocks: number | undefined;
  readonly pieces: AreaPieces;
}

/** Places areas back to back. */
export class AreaList {
  readonly #areas: Area[] = [];
  #next: number | undefined = 0;
  #payloadEnd: number | undefined;
  #payloadAreas = 0;

  /** Block after the payload; undefined with open content. */
  get payloadEnd(): number | undefined {
    return this.#payloadEnd;
  }

  /** How many of the areas are system area, metadata and payload; the rest is the tail. */
  get payloadAreas(): number {
    return this.#payloadAreas;
  }

  /** First free block while all sizes are known. */
  get nextExact(): number {
    if (this.#next === undefined) throw new InternalError('internal.area-order', 'An exact area follows open content.');
    return this.#next;
  }

  get areas(): readonly Area[] {
    return this.#areas;
  }

  /** Adds an area of `blocks` blocks, or of unknown size; nothing is added for 0 blocks unless `always`. */
  add(name: string, blocks: number | undefined, pieces: AreaPieces, always = false): void {
    if (blocks === 0 && !always) return;
    this.#areas.push({ name, block: this.#next, blocks, pieces });
    this.#next = this.#next === undefined || blocks === undefined ? undefined : this.#next + blocks;
  }

  /** States that the payload is complete and the tail follows. */
  endPayload(): void {
    this.#payloadEnd = this.#next;
    this.#payloadAreas = this.#areas.length;
  }

  /** Leaves zeros up to `block`. */
  leaveUntil(block: number): void {
    const blocks = block - this.nextExact;
    if (blocks < 0) throw new InternalError('internal.area-order', `Block ${block} is taken already.`);
    this.add('unused', blocks, () => [{ hole: blocks * BLOCK }]);
  }
}

/** All areas in turn, each checked against its plan. The facts learn where the payload ends. */
export async function* emitAreas(
  { areas, payloadAreas }: AreaList,
  facts: DiscFacts,
  run: Run,
  unread: boolean,
): AsyncGenerator<Piece | Unread> {
  let block = 0;
  for (const [index, area] of areas.entries()) {
    if (index === payloadAreas) facts.settle(block);
    if (area.block !== undefined) assertPlanned(`first block of ${area.name}`, area.block, block);
    let produced = 0;
    for await (const piece of area.pieces({ facts, block, run, unread })) {
      produced += pieceLength(piece);
      yield piece;
    }
    if (area.blocks !== undefined) assertPlanned(`bytes of ${area.name}`, area.blocks * BLOCK, produced);
    assertPlanned(`alignment of ${area.name}`, 0, produced % BLOCK);
    block += produced / BLOCK;
  }
  if (areas.length === payloadAreas) facts.settle(block);
}
