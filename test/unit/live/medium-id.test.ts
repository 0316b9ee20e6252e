import { expect, test } from 'vitest';
import { mediumId } from '../../../src/live/boot/medium-id.js';
import { mersenneTwister } from '../../../src/live/boot/mersenne-twister.js';

// Drawn with Python 3.11: random.seed(epoch); '0x' + four times '%02x' % random.randrange(1, 0xfe).
test.each([
  [0, '0xd963c3e4'],
  [1, '0x2392d9ce'],
  [1234567890, '0xec96a32a'],
  [1700000000, '0x5358326c'],
  [2 ** 33 + 5, '0xbe49b92c'],
])('epoch %i gives the id that KIWI draws', (epoch, id) => {
  expect(mediumId(epoch)).toBe(id);
});

test('the first outputs are those of the reference implementation seeded by [5489]', () => {
  const next = mersenneTwister(5489);
  // Python: random.seed(5489); [random.getrandbits(32) for _ in range(3)].
  expect([next(), next(), next()]).toEqual([3382763572, 956215839, 417760592]);
});
