// Holes spelled out: however long an image claims one to be, other work gets its turn, and a signal ends it.
import { expect, test } from 'vitest';
import { zerosOf } from '../../../src/io/index.js';

const PETABYTE = 1e15;

test('a hole of petabytes ends with the signal that arrives meanwhile', async () => {
  const abort = new AbortController();
  const reason = new Error('interrupted');
  setImmediate(() => abort.abort(reason));
  let bytes = 0;
  const spelling = async () => {
    for await (const zeros of zerosOf(PETABYTE, { signal: abort.signal })) bytes += zeros.length;
  };
  await expect(spelling()).rejects.toBe(reason);
  expect(bytes).toBeLessThan(PETABYTE / 1000);
});

test('a hole has as many zeros as it is long', async () => {
  for (const length of [0, 1, 262_144, 100_000_001]) {
    let bytes = 0;
    for await (const zeros of zerosOf(length, undefined)) bytes += zeros.length;
    expect(bytes).toBe(length);
  }
});
