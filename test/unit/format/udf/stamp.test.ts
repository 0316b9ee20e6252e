// Timestamps of UDF: what Linux makes of fractions of a second that are no numbers below 100.
import { expect, test } from 'vitest';
import { stamp } from '../../../../src/format/udf/fields.js';

test.each([
  [[0, 0, 0], 0],
  [[99, 99, 99], 999_999_000],
  [[12, 34, 56], 123_456_000],
  [[100, 0, 0], 0],
  [[1, 2, 255], 0],
  [[255, 255, 255], 0],
])('a fraction of %j has %i nanoseconds', (parts, nanoseconds) => {
  const view = new DataView(new ArrayBuffer(12));
  stamp(0).write(view, 0, { seconds: 1_700_000_000, nanoseconds: 0 });
  for (const [index, part] of parts.entries()) view.setUint8(9 + index, part);
  expect(stamp(0).read(view, 0)).toEqual({ seconds: 1_700_000_000, nanoseconds });
});
