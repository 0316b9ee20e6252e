import { expect, test } from 'vitest';
import { SequentialWriter, WRITE_SIZE } from '../../../src/io/sequential-writer.js';
import { memoryTarget, type OpenTarget } from '../../../src/io/target.js';

/** A target in memory whose writes end when `finish` is called, the youngest first. */
async function slowTarget(concurrentWrites: boolean) {
  const memory = memoryTarget();
  const opened = await memory.open();
  const waiting: (() => void)[] = [];
  let most = 0;
  const target: OpenTarget = {
    ...opened,
    concurrentWrites,
    write: async (at, bytes) => {
      await new Promise<void>((resolve) => {
        waiting.push(resolve);
        most = Math.max(most, waiting.length);
      });
      await opened.write(at, bytes);
    },
  };
  const finish = async (work: Promise<void>) => {
    let over = false;
    const ended = work.finally(() => {
      over = true;
    });
    while (!over) {
      await new Promise(setImmediate);
      waiting.pop()?.();
    }
    await ended;
  };
  return { target, finish, most: () => most, bytes: () => memory.bytes() };
}

test.each([
  [true, 3],
  [false, 1],
])(
  'with concurrent writes %s at most %i are in progress, and every byte gets to its place',
  async (concurrent, most) => {
    const slow = await slowTarget(concurrent);
    const writer = new SequentialWriter(slow.target);
    const pieces = Array.from({ length: 9 }, (_, i) => new Uint8Array(WRITE_SIZE - 1).fill(i + 1));
    const work = async () => {
      for (const piece of pieces) await writer.put(piece);
      await writer.skip(2 * WRITE_SIZE);
      await writer.put(Uint8Array.of(99));
      await writer.flush();
      await slow.target.complete(writer.position);
    };
    await slow.finish(work());
    expect(slow.most()).toBe(most);
    expect(writer.written).toBe(9 * (WRITE_SIZE - 1) + 1);
    const expected = Buffer.concat([...pieces, new Uint8Array(2 * WRITE_SIZE), Uint8Array.of(99)]);
    expect(expected.equals(slow.bytes())).toBe(true);
  },
);

test('a write that fails is reported, even if later ones succeed', async () => {
  const opened = await memoryTarget().open();
  const full = new Error('no space');
  const target: OpenTarget = {
    ...opened,
    concurrentWrites: true,
    write: (at, bytes) => (at === WRITE_SIZE ? Promise.reject(full) : opened.write(at, bytes)),
  };
  for (const writes of [2, 3, 8]) {
    const writer = new SequentialWriter(target);
    const work = async () => {
      for (let i = 0; i < writes; i++) await writer.put(new Uint8Array(WRITE_SIZE));
      await writer.flush();
    };
    await expect(work()).rejects.toBe(full);
  }
});
