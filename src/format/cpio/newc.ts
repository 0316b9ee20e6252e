// cpio archives in the "new ASCII" format (cpio(5), SVR4 without CRC), of which Linux unpacks any number one after the
// other into its initial root (Documentation/driver-api/early-userspace/buffer-format.rst).

import { alignUp, type ByteString, bytesOf, concatBytes, padding } from '../../bytes/index.js';

/** One member of an archive: a regular file unless it says otherwise. */
export interface CpioFile {
  /** Without leading slash. */
  readonly path: ByteString;
  /** Permission bits. */
  readonly mode: number;
  /** Seconds since 1970, 32 bits. */
  readonly mtime: number;
  /** Of a symbolic link its target, of a directory nothing. */
  readonly bytes: Uint8Array;
  /** Type bits as in st_mode. Default: a regular file. */
  readonly type?: number;
}

const MAGIC = '070701';
/** The fixed part of a member, and where its size and the length of its name (with a NUL) are. */
export const HEADER_LENGTH = 110;
export const SIZE_AT = 54;
export const NAME_LENGTH_AT = 94;
/** Name of the last member. */
export const TRAILER = 'TRAILER!!!' as ByteString;
const REGULAR = 0o100000;
const LINKS = 1;
const NO_CHECKSUM = 0;
/** Every member, and the archive itself, starts at a multiple of this. */
export const CPIO_ALIGNMENT = 4;

/**
 * Zeros between an initrd and an archive that follows it. There are always four, since Linux takes the bytes after LZ4 for another block:
 * only zeros end it there. After other compression it skips them.
 */
export function gapAfter(size: number): number {
  return padding(size, CPIO_ALIGNMENT) + CPIO_ALIGNMENT;
}

/** An archive whose members are owned by root. */
export function renderCpio(files: readonly CpioFile[]): Uint8Array {
  const members = files.map((file, i) =>
    member({
      inode: i + 1,
      mode: (file.type ?? REGULAR) | file.mode,
      mtime: file.mtime,
      path: file.path,
      bytes: file.bytes,
    }),
  );
  const trailer = member({ inode: 0, mode: 0, mtime: 0, path: TRAILER, bytes: new Uint8Array(0) });
  return concatBytes([...members, trailer]);
}

interface Member {
  readonly inode: number;
  readonly mode: number;
  readonly mtime: number;
  readonly path: ByteString;
  readonly bytes: Uint8Array;
}

/** Magic, 13 numbers of eight hexadecimal digits, the name with a NUL, the data. */
function member({ inode, mode, mtime, path, bytes }: Member): Uint8Array {
  const owner = { uid: 0, gid: 0 };
  const device = { major: 0, minor: 0, specialMajor: 0, specialMinor: 0 };
  const numbers = [
    ...[inode, mode, owner.uid, owner.gid, LINKS, mtime, bytes.length],
    ...[device.major, device.minor, device.specialMajor, device.specialMinor, path.length + 1, NO_CHECKSUM],
  ];
  const header = MAGIC + numbers.map((value) => value.toString(16).padStart(8, '0')).join('');
  return concatBytes([padded(bytesOf(`${header}${path}\0` as ByteString)), padded(bytes)]);
}

function padded(bytes: Uint8Array): Uint8Array {
  const whole = new Uint8Array(alignUp(bytes.length, CPIO_ALIGNMENT));
  whole.set(bytes);
  return whole;
}
