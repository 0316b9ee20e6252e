// Names the kind of a file that is not a tar archive, for the message that refuses it.

import { InvalidImageError, UnsupportedError } from '../../errors.js';
import type { Source } from '../../io/index.js';

/** Other archives and images by their first bytes. */
const SIGNATURES: readonly (readonly [name: string, text: string])[] = [
  ['a cpio archive', '0707'],
  ['a cpio archive', '\xc7\x71'],
  ['a zip archive', 'PK\x03\x04'],
  ['a 7z archive', '7z\xbc\xaf\x27\x1c'],
  ['an ar archive', '!<arch>\n'],
  ['an RPM package', '\xed\xab\xee\xdb'],
  ['a RAR archive', 'Rar!\x1a\x07'],
  ['a QCOW2 disk image', 'QFI\xfb'],
  ['an ELF program', '\x7fELF'],
  ['compressed by lzop', '\x89LZO'],
  ['compressed by lzip', 'LZIP'],
  ['compressed by compress', '\x1f\x9d'],
];
const LONGEST = 16;

/** Kinds of images as the caller recognises them: `an ext4 image`. Undefined for what it does not know. */
export type Identify = (file: Source) => Promise<string | undefined>;

/** Replaces `error`, that `file` is not an archive, by an error that names its kind. `packed`: the file was compressed. */
export async function whatItIs(
  error: InvalidImageError,
  file: Source,
  packed: string | undefined,
  identify: Identify | undefined,
): Promise<InvalidImageError | UnsupportedError> {
  const head = new Uint8Array(Math.min(LONGEST, file.size));
  await file.read(0, head);
  const text = Buffer.from(head).toString('latin1');
  const kind = (await identify?.(file)) ?? SIGNATURES.find(([, start]) => text.startsWith(start))?.[0];
  const before = packed === undefined ? '' : `${packed}-compressed `;
  if (kind === undefined) {
    if (packed === undefined) return error;
    const message = error.message.replace(
      'This is not a tar archive',
      `This is ${packed} data that is not a tar archive`,
    );
    return new InvalidImageError(error.code, message, { ...error.place });
  }
  const named =
    packed === undefined ? kind : kind.replace(/^an? /, `${/^[aeiou]/.test(before) ? 'an' : 'a'} ${before}`);
  const message = `This is ${named}, not a tar archive.`;
  return new UnsupportedError('tar.other-kind', message, { hint: 'Give a directory or a tar archive.' });
}
