// The checked header of a QCOW2 disk image.

import { InvalidImageError, UnsupportedError } from '../../errors.js';
import type { Source } from '../../io/index.js';
import { COMPRESSIONS, HEADER_LENGTH, header, Incompatible, MAGIC } from './header.js';

const LEAST_BITS = 9;
const MOST_BITS = 21;
const SUBCLUSTER_LEAST_BITS = 14;
const ENTRY = 8;
/** QEMU refuses larger first-level tables too. */
const MOST_LEVEL1 = 32 * 1024 * 1024;
const KNOWN = Object.values(Incompatible).reduce((all, bit) => all | bit, 0);

export interface DiskShape {
  /** Bytes of the disk. */
  readonly size: number;
  readonly clusterBits: number;
  readonly clusterSize: number;
  readonly compression: (typeof COMPRESSIONS)[number];
  /** Whether entries say which 32nd parts of a cluster are stored. */
  readonly hasSubclusters: boolean;
  /** The first-level table. */
  readonly level1: Uint8Array;
}

/** Whether a file begins as a QCOW2 disk image. */
export async function isQcow2(file: Source): Promise<boolean> {
  if (file.size < HEADER_LENGTH) return false;
  const magic = new Uint8Array(4);
  await file.read(0, magic);
  return new DataView(magic.buffer).getUint32(0) === MAGIC;
}

/** Throws {@link InvalidImageError} for a header that cannot be, {@link UnsupportedError} for what is not read here. */
export async function readShape(image: Source): Promise<DiskShape> {
  const bytes = new Uint8Array(header.size);
  await image.read(0, bytes.subarray(0, Math.min(header.size, image.size)));
  const found = header.decode(bytes);
  const isNew = found.version >= 3;
  if (found.version !== 2 && found.version !== 3) throw unsupported('version', `Version ${found.version} of QCOW2`);
  if (found.backingNameAt !== 0) throw unsupported('backing-file', 'A QCOW2 image that needs a backing file');
  if (found.encryption !== 0) throw unsupported('encryption', 'An encrypted QCOW2 image');
  const incompatible = isNew ? found.incompatible : 0;
  if ((incompatible & Incompatible.externalData) !== 0)
    throw unsupported('external-data', 'QCOW2 with an external file');
  if ((incompatible & ~KNOWN) !== 0 || (isNew && found.incompatibleHigh !== 0)) {
    throw unsupported('feature', `QCOW2 with unknown features (${incompatible & ~KNOWN})`);
  }
  const compression = COMPRESSIONS[isNew && found.headerLength > HEADER_LENGTH ? found.compression : 0];
  if (!compression) throw unsupported('compression', `Compression ${found.compression} of QCOW2`);
  const { clusterBits, size, level1Entries, level1At } = found;
  const hasSubclusters = (incompatible & Incompatible.subclusters) !== 0;
  const least = hasSubclusters ? SUBCLUSTER_LEAST_BITS : LEAST_BITS;
  if (clusterBits < least || clusterBits > MOST_BITS)
    throw damaged('cluster-size', `Clusters of 2^${clusterBits} bytes.`, 20);
  const length = level1Entries * ENTRY;
  if (!Number.isSafeInteger(size) || length > MOST_LEVEL1 || level1At + length > image.size) {
    throw damaged('table', 'The first-level table is outside the image.', 40);
  }
  const level1 = new Uint8Array(length);
  await image.read(level1At, level1);
  return { size, clusterBits, clusterSize: 2 ** clusterBits, compression, hasSubclusters, level1 };
}

/** An error of the image. */
export function damaged(code: string, message: string, at: number): InvalidImageError {
  return new InvalidImageError(`qcow2.${code}`, `The QCOW2 image is damaged. ${message}`, { at });
}

function unsupported(code: string, what: string): UnsupportedError {
  return new UnsupportedError(`qcow2.${code}`, `${what} is not read.`, {
    hint: 'Convert it to a raw image with "qemu-img convert -O raw".',
  });
}
