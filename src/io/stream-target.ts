// An image that goes to a pipe or socket, front to back.

import type { Writable } from 'node:stream';
import type { ByteString } from '../bytes/index.js';
import { TargetError } from '../errors.js';
import { zerosOf } from './pieces.js';
import type { OpenTarget, Target } from './target.js';
import { targetError } from './target-error.js';

/** A pipe or socket. Takes images without backpatches and seals only; gaps are written as zeros. */
export function streamTarget(stream: Writable, name = 'standard output'): Target {
  return { name, randomAccess: false, open: async (signal) => openStream(stream, name, signal) };
}

function openStream(stream: Writable, name: string, signal: AbortSignal | undefined): OpenTarget {
  let position = 0;
  const send = (bytes: Uint8Array) =>
    new Promise<void>((resolve, reject) => {
      stream.write(bytes, (error) => {
        if (error) reject(targetError(name as ByteString, error));
        else resolve();
      });
    });
  const advance = async (to: number) => {
    for await (const gap of zerosOf(to - position, { signal })) await send(gap);
    position = to;
  };
  return {
    write: async (at, bytes) => {
      await advance(at);
      await send(bytes);
      position += bytes.length;
    },
    complete: advance,
    image: () => {
      throw new TargetError('target.not-seekable', `${name} cannot be read again.`);
    },
    publish: async () => {},
    abandon: async () => {},
  };
}
