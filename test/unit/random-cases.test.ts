// The cases of the usual run do not depend on luck, and the variables that ask for others are read strictly.
import { afterEach, expect, test, vi } from 'vitest';

afterEach(() => vi.unstubAllEnvs());

/** The first numbers that a test file gets with these variables. */
async function numbers(variables: Readonly<Record<string, string>> = {}): Promise<readonly number[]> {
  for (const name of ['ISOPRESS_TEST_SEED', 'ISOPRESS_TEST_RUNS']) vi.stubEnv(name, variables[name]);
  vi.resetModules();
  const { default: fc, runs } = await import('../support/random.js');
  return fc.sample(fc.nat(), runs(4));
}

test('the usual run has the same cases each time, and a seed has its own', async () => {
  const usual = await numbers();
  expect(await numbers()).toEqual(usual);
  const other = await numbers({ ISOPRESS_TEST_SEED: '7' });
  expect(other).not.toEqual(usual);
  expect(await numbers({ ISOPRESS_TEST_SEED: '7' })).toEqual(other);
  expect(await numbers({ ISOPRESS_TEST_SEED: 'random' })).not.toEqual(await numbers({ ISOPRESS_TEST_SEED: 'random' }));
});

test('a number of cases, or a multiple of the usual number', async () => {
  expect(await numbers({ ISOPRESS_TEST_RUNS: '9' })).toHaveLength(9);
  expect(await numbers({ ISOPRESS_TEST_RUNS: '10x' })).toHaveLength(40);
});

test.each([
  ['ISOPRESS_TEST_SEED', 'any'],
  ['ISOPRESS_TEST_SEED', '1.5'],
  ['ISOPRESS_TEST_RUNS', 'many'],
  ['ISOPRESS_TEST_RUNS', '0'],
])('%s=%s is refused', async (name, value) => {
  await expect(numbers({ [name]: value })).rejects.toThrow(name);
});
