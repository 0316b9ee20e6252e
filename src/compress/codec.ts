// A codec: one object with everything that this project knows about it. The objects are in codecs/, one file each.

import type { XzSettings } from './codecs/xz-settings.js';
import type { ZlibSettings } from './codecs/zlib-settings.js';

/**
 * An implementation of a codec and its version: `libdeflate@1.26` in the codec core, which is built natively and for
 * WebAssembly, or `node/zlib@1.3.1`. Compressed bytes may differ between two ids and never differ within one.
 */
export type EngineId = `${string}@${string}`;

/** The levels of a codec, whole numbers. 0 is a level only where it is the least. */
export interface LevelScale {
  readonly least: number;
  readonly most: number;
  /** The default. */
  readonly usual: number;
}

/** Settings beyond a level, checked. A codec fills in its own. */
export interface CodecSettings {
  readonly xz?: XzSettings;
  /** Absent when zlib does what it does by default. */
  readonly zlib?: ZlibSettings;
}

/** The type of a setting, for option parsers. */
export type SettingValue =
  | { readonly kind: 'integer'; readonly least: number; readonly most: number }
  /** A number of bytes. */
  | { readonly kind: 'size' }
  /** Any of `names`, or one of `words` in place of them all. */
  | { readonly kind: 'names'; readonly names: readonly string[]; readonly words: Readonly<Record<string, unknown>> }
  /** On or off. */
  | { readonly kind: 'switch' };

/** One setting beyond a level, as data for option parsers and messages. */
export interface Setting {
  /** Its key in a compression request. */
  readonly key: string;
  /** In the plural, for messages: `dictionary sizes`. */
  readonly plural: string;
  /** Name of the option and of its value, without dashes. Absent where the level says it (`9e`). */
  readonly option?: { readonly name: string; readonly value: string };
  /** Its effect, one clause. */
  readonly help: string;
  /** The default, as text for people. */
  readonly usual: string;
  readonly value: SettingValue;
  /** The only engine that has it; given, this engine compresses. */
  readonly engine?: string;
}

/** Compresses one block to a new array of any length; undefined if that would not be smaller. */
export type BlockCoder = (block: Uint8Array) => Coded | Promise<Coded>;
type Coded = Uint8Array | undefined;

/** Another library than the codec core, by its name: `--engine pako`. */
export interface NamedEngine {
  /** As users name it. */
  readonly name: string;
  /** Undefined if this installation does not have the library. */
  readonly id: EngineId | undefined;
  /** The provider of the library, for messages: `Node.js 22.15 or newer`. */
  readonly from: string;
  /** Its own scale, if it differs from the codec's. */
  readonly levels?: LevelScale;
  /** Keys of the codec's settings that it has. Default: none. */
  readonly settings?: readonly string[];
  /**
   * Loads the library and returns its encoder. Called inside worker threads. Absent for a library that only decodes.
   * @internal
   */
  coder?(level: number, settings: CodecSettings): Promise<BlockCoder>;
  /**
   * The bytes of a block, at most `limit`. Absent for a library that only encodes.
   * @internal
   */
  decode?(block: Uint8Array, limit: number): Promise<Uint8Array>;
}

/** One codec. */
export interface Codec<Name extends string = string> {
  readonly name: Name;
  /** Undefined: there is one way to compress. */
  readonly levels: LevelScale | undefined;
  /** Addition to the scale in help; starts with a separator. */
  readonly levelsNote?: string;
  readonly settings: readonly Setting[];
  /** Checks the settings of a request. Throws UsageError for values that the codec does not have. */
  check(request: object): CodecSettings;
  /** The parameters of the codec core, as `native/codecs/NAME.c` documents them. */
  parameters(level: number, settings: CodecSettings): readonly number[];
  /** Other libraries than the core. `npm` takes the first. */
  readonly engines: readonly NamedEngine[];
}
