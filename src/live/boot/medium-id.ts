// The id of a medium: four bytes with which GRUB finds its medium among others (file /boot/<id>), also stored in
// boot/mbrid and as application id. KIWI draws it at random, seeded with SOURCE_DATE_EPOCH; the same epoch gives the same id here.

import { mersenneTwister } from './mersenne-twister.js';

/** `0x` and eight lower-case hexadecimal digits; no byte is 00, fe or ff. `epoch` in whole seconds; its sign is ignored. */
export function mediumId(epoch: number): string {
  const next = mersenneTwister(Math.abs(epoch));
  let id = '0x';
  while (id.length < 10) {
    // As Python's randrange(1, 0xfe): eight bits at a time, drawn again until they are below 253.
    const value = next() >>> 24;
    if (value < 0xfd) id += (value + 1).toString(16).padStart(2, '0');
  }
  return id;
}
