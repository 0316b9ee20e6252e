// The bytes of an image that are in packs: runs, in the order of the image. Everything between them is kept in a separate file, the rest.

const [FROM, LENGTH, PACK] = [8, 16, 24];
/** Bytes of a run: where it is in the image, where in its pack, how long it is (64 bits each), and the number of the pack (32 bits). */
const RUN = 28;

/** Consecutive bytes of an image. */
export interface Part {
  /** Number of the pack that has them; undefined: the rest has them. */
  readonly pack: number | undefined;
  /** Where they are there. */
  readonly from: number;
  /** Where they are in the image. */
  readonly at: number;
  readonly length: number;
}

/** Runs in flat memory: large images have millions of blocks. */
export class RunList {
  #bytes: Buffer;
  #end: number;

  /** `bytes` are those of {@link render}. */
  constructor(bytes: Uint8Array = new Uint8Array(0)) {
    this.#bytes = Buffer.from(bytes);
    this.#end = bytes.length - (bytes.length % RUN);
  }

  get count(): number {
    return this.#end / RUN;
  }

  /** Adds a run after the last one. */
  add({ pack, from, at, length }: Part & { readonly pack: number }): void {
    const last = this.count > 0 ? this.get(this.count - 1) : undefined;
    if (last?.pack === pack && last.at + last.length === at && last.from + last.length === from) {
      this.#bytes.writeBigUInt64LE(BigInt(last.length + length), this.#end - RUN + LENGTH);
      return;
    }
    if (this.#end + RUN > this.#bytes.length) {
      this.#bytes = Buffer.concat([this.#bytes, Buffer.alloc(Math.max(256 * RUN, this.#bytes.length))]);
    }
    for (const [i, value] of [at, from, length].entries()) {
      this.#bytes.writeBigUInt64LE(BigInt(value), this.#end + i * 8);
    }
    this.#bytes.writeUInt32LE(pack, this.#end + PACK);
    this.#end += RUN;
  }

  get(index: number): Part & { readonly pack: number } {
    const start = index * RUN;
    const number = (at: number) => Number(this.#bytes.readBigUInt64LE(start + at));
    return {
      pack: this.#bytes.readUInt32LE(start + PACK),
      ...{ from: number(FROM), at: number(0), length: number(LENGTH) },
    };
  }

  render(): Buffer {
    return this.#bytes.subarray(0, this.#end);
  }

  /** The parts of an image, which is taken from its start to its end. */
  walk(): RunWalk {
    return new RunWalk(this);
  }
}

/** A way through an image. */
export class RunWalk {
  readonly #runs: RunList;
  #next = 0;
  #at = 0;
  /** Bytes of the rest so far. */
  #rest = 0;

  constructor(runs: RunList) {
    this.#runs = runs;
  }

  /** The parts of the next bytes of the image. */
  *take(length: number): Generator<Part> {
    for (const end = this.#at + length; this.#at < end; ) {
      const run = this.#next < this.#runs.count ? this.#runs.get(this.#next) : undefined;
      if (!run || this.#at < run.at) {
        const part = {
          pack: undefined,
          from: this.#rest,
          at: this.#at,
          length: Math.min(run?.at ?? end, end) - this.#at,
        };
        this.#rest += part.length;
        this.#at += part.length;
        yield part;
        continue;
      }
      const within = this.#at - run.at;
      const left = run.length - within;
      const part = { pack: run.pack, from: run.from + within, at: this.#at, length: Math.min(left, end - this.#at) };
      // Only a damaged list has a run that ends before it begins.
      if (part.length > 0) this.#at += part.length;
      if (part.length >= left) this.#next++;
      if (part.length > 0) yield part;
    }
  }
}
