// Random cases of property tests. The usual run has the same cases every time, so that a change fails because of what it does and not
// by chance. Other cases are for searching: see CONTRIBUTING.md.
import { randomInt } from 'node:crypto';
import fc from 'fast-check';

/** The seed of the usual run. */
const USUAL_SEED = 1;

const asked = process.env['ISOPRESS_TEST_SEED'] ?? '';

/** Every property and sample starts from this seed. A property that fails prints it with the path to the smallest case. */
export const seed = asked === 'random' ? randomInt(2 ** 31) : asked === '' ? USUAL_SEED : Number(asked);
if (!Number.isSafeInteger(seed))
  throw new TypeError(`ISOPRESS_TEST_SEED is a whole number or "random", not "${asked}".`);

/** How many cases to try: `usual`, or what ISOPRESS_TEST_RUNS says, a number or a multiple such as "10x". */
export function runs(usual: number): number {
  const text = process.env['ISOPRESS_TEST_RUNS'] ?? '1x';
  const [, count, times] = /^([1-9]\d*)(x?)$/.exec(text) ?? [];
  if (count === undefined)
    throw new TypeError(`ISOPRESS_TEST_RUNS is a number, or a multiple such as 10x, not "${text}".`);
  return Number(count) * (times === 'x' ? usual : 1);
}

fc.configureGlobal({ seed, numRuns: runs(100) });

export default fc;
