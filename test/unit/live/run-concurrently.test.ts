// Two pieces of work at once: both end, whoever fails first.
import { expect, test } from 'vitest';
import { quietRun, type Run } from '../../../src/io/content.js';
import { runConcurrently } from '../../../src/live/build/run-concurrently.js';

/** Work that lasts until its run is aborted. */
function untilAborted(run: Run, ended: () => void): Promise<never> {
  return new Promise((_, reject) => {
    run.signal!.addEventListener('abort', () => {
      ended();
      reject(run.signal!.reason);
    });
  });
}

test('the result is that of the main work, after both have ended', async () => {
  const order: string[] = [];
  const aside = async () => {
    await Promise.resolve();
    order.push('aside');
    return 1;
  };
  const result = await runConcurrently(quietRun(), aside, async (pending) => {
    order.push('main');
    return (await pending) + 1;
  });
  expect(result).toBe(2);
  expect(order).toEqual(['main', 'aside']);
});

test('a failure aside ends the main work with its error', async () => {
  let ended = false;
  const work = runConcurrently(
    quietRun(),
    () => Promise.reject(new Error('aside failed')),
    (_, run) => untilAborted(run, () => (ended = true)),
  );
  await expect(work).rejects.toThrow('aside failed');
  expect(ended).toBe(true);
});

test('a failure of the main work ends what goes on aside, and waits for it', async () => {
  let ended = false;
  const work = runConcurrently(
    quietRun(),
    (run) => untilAborted(run, () => (ended = true)),
    () => Promise.reject(new Error('main failed')),
  );
  await expect(work).rejects.toThrow('main failed');
  expect(ended).toBe(true);
});

test('an abort from outside reaches both', async () => {
  const abort = new AbortController();
  let ended = 0;
  const work = runConcurrently(
    { ...quietRun(), signal: abort.signal },
    (run) => untilAborted(run, () => ended++),
    (_, run) => untilAborted(run, () => ended++),
  );
  abort.abort(new Error('stopped'));
  await expect(work).rejects.toThrow('stopped');
  expect(ended).toBe(2);
});
