import { expect, test } from 'vitest';
import { inOrder } from '../../../src/io/in-order.js';
import fc from '../../support/random.js';

test('results come in input order with at most `width` jobs running', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.integer({ min: 0, max: 3 }), { maxLength: 20 }),
      fc.integer({ min: 1, max: 6 }),
      async (delays, width) => {
        let running = 0;
        let most = 0;
        const job = async (index: number) => {
          most = Math.max(most, ++running);
          for (let i = 0; i < delays[index]!; i++) await new Promise((resolve) => setImmediate(resolve));
          running--;
          return index;
        };
        const got: number[] = [];
        for await (const result of inOrder(delays.keys(), width, job)) got.push(result);
        expect(got).toEqual([...delays.keys()]);
        expect(most).toBeLessThanOrEqual(width);
      },
    ),
  );
});

test('an error surfaces in its turn and no job outlives the generator', async () => {
  let running = 0;
  const job = async (n: number) => {
    running++;
    await new Promise((resolve) => setTimeout(resolve, n === 2 ? 1 : 20));
    running--;
    if (n === 2) throw new Error('two');
    return n;
  };
  const got: number[] = [];
  const consume = async () => {
    for await (const result of inOrder([1, 2, 3, 4], 3, job)) got.push(result);
  };
  await expect(consume()).rejects.toThrow('two');
  expect(got).toEqual([1]);
  expect(running).toBe(0);
});
