// A compressed file as the compressor of streams makes it: parts that are compressed each on its own, at the same time, and
// headers and trailers. The objects are in this folder, one file each.

import type { LevelScale } from '../codec.js';
import type { CoreCodec } from '../core/names.js';

/** One kind of compressed file. */
export interface Container<Name extends string = string> {
  readonly name: Name;
  /** Undefined: there is one way to compress. */
  readonly levels: LevelScale | undefined;
  /** Bytes of every part but the last one, before compression. Fixed, so that the bytes do not depend on the machine. */
  readonly partSize: number;
  /** The settings of the codec core for a part. */
  readonly codec: CoreCodec;
  /** The parameters of the codec core, as `native/codecs` documents them. */
  parameters(level: number): readonly number[];
  /** Starts a file. */
  open(level: number): Wrapper;
}

/** One file being made: called in the order of its bytes. */
export interface Wrapper {
  head(): Uint8Array;
  /** The result for a part: `coded` with the bytes around it. Without `coded` the part would not become smaller. */
  part(bytes: Uint8Array, coded: Uint8Array | undefined): readonly Uint8Array[];
  tail(): Uint8Array;
}
