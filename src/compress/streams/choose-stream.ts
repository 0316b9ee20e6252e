// From the name of a kind of compressed file to what makes it.

import { defined } from '../../bytes/index.js';
import { UsageError } from '../../errors.js';
import type { Data, Run } from '../../io/index.js';
import type { EngineChoice } from '../../native/index.js';
import type { EngineId } from '../codec.js';
import { corePool } from '../core-pool.js';
import { levelOf } from '../level.js';
import { isNamed } from '../named-engine.js';
import { compressStream } from './compress-stream.js';
import { CONTAINERS, type StreamCompressionName } from './index.js';

/** A request of the user. */
export interface StreamRequest {
  readonly name: StreamCompressionName;
  /** Within the scale of the kind; default its own. */
  readonly level?: number | undefined;
  /** Other libraries than the codec core make no streams: for their names it is the core. */
  readonly engine?: EngineChoice | undefined;
  /** The option that the request comes from, for errors. */
  readonly option?: string;
}

/** A compression of streams that can be started. */
export interface StreamCompression {
  readonly name: StreamCompressionName;
  /** 0 where the kind has no levels. */
  readonly level: number;
  readonly engine: EngineId;
  /** As {@link compressStream}. */
  compress(pieces: AsyncIterable<Data>, run: Run): AsyncGenerator<Uint8Array>;
}

/** Throws {@link UsageError} for a name or level that is not there, MissingEngineError for an engine that is not. */
export function chooseStreamCompression({
  name,
  level: asked,
  engine = 'auto',
  option,
}: StreamRequest): StreamCompression {
  const container = CONTAINERS.find((known) => known.name === name);
  if (!container) {
    throw new UsageError('compress.unknown', `"${String(name)}" is not a compression of streams.`, {
      ...defined({ option }),
      hint: `Choose ${CONTAINERS.map((known) => known.name).join(', ')}.`,
    });
  }
  const level = levelOf(name, asked, container.levels, option);
  const { engine: id, open } = corePool(
    isNamed(engine) ? 'auto' : engine,
    container.codec,
    container.parameters(level),
  );
  return {
    name,
    level,
    engine: id,
    compress: (pieces, run) => compressStream({ container, level, open }, pieces, run),
  };
}
