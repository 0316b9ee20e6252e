// Drives that firmware makes a boot image look like (El Torito 1.0 §2.2, figure 3, byte 1).

import { InvalidInputError } from '../../errors.js';

export type Media = 'none' | 'floppy-1.2' | 'floppy-1.44' | 'floppy-2.88' | 'hard-disk';
/** The drive that an image emulates; its size decides which floppy disk. */
export type Emulation = 'none' | 'floppy' | 'hard-disk';

export const MEDIA_CODES: Readonly<Record<Media, number>> = {
  none: 0,
  'floppy-1.2': 1,
  'floppy-1.44': 2,
  'floppy-2.88': 3,
  'hard-disk': 4,
};

/** Bytes of the floppy disks that can be emulated. */
const FLOPPIES: readonly (readonly [number, Media])[] = [
  [1200 * 1024, 'floppy-1.2'],
  [1440 * 1024, 'floppy-1.44'],
  [2880 * 1024, 'floppy-2.88'],
];

/** The drive that an image of `size` bytes is. Throws {@link InvalidInputError} where no floppy disk has that size. */
export function mediaOf(emulation: Emulation, size: number, path: string): Media {
  if (emulation !== 'floppy') return emulation;
  const found = FLOPPIES.find(([bytes]) => bytes === size);
  if (found) return found[1];
  throw new InvalidInputError('eltorito.floppy-size', `An image of ${size} bytes is not the image of a floppy disk.`, {
    path,
    hint: 'It must have 1200, 1440 or 2880 KiB.',
  });
}

const TABLE_AT = 446;
const ENTRIES = 4;
const ENTRY = 16;
const TYPE_AT = 4;

/**
 * The partition type that the catalog repeats of the image of a hard disk, given its first sector. Throws
 * {@link InvalidInputError} unless that is a master boot record with exactly one partition, as the specification requires.
 */
export function emulatedPartitionType(sector: Uint8Array, path: string): number {
  const types = Array.from({ length: ENTRIES }, (_, i) => sector[TABLE_AT + i * ENTRY + TYPE_AT] ?? 0);
  const used = types.filter((type) => type !== 0);
  if (sector[510] === 0x55 && sector[511] === 0xaa && used.length === 1) return used[0]!;
  throw new InvalidInputError('eltorito.hard-disk-image', 'The image is not a hard disk with exactly one partition.', {
    path,
    hint: 'Give an image that starts with a master boot record, or choose no emulation.',
  });
}
