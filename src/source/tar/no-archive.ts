// Names the kind of a file that is not a tar archive, for the message that refuses it.

import { InvalidImageError, UnsupportedError } from '../../errors.js';
import type { Source } from '../../io/index.js';
import { otherKind } from '../../tree/index.js';

/** Kinds of images as the caller recognises them: `an ext4 image`. Undefined for what it does not know. */
export type Identify = (file: Source) => Promise<string | undefined>;

/** Archives of files that libarchive reads. */
const CONVERTED = /^an? (?:zip|7z|RAR|cabinet|cpio|ar) archive$/;

/** Replaces `error`, that `file` is not an archive, by an error that names its kind. `packed`: the file was compressed. */
export async function errorOfOtherKind(
  error: InvalidImageError,
  file: Source,
  packed: string | undefined,
  identify: Identify | undefined,
): Promise<InvalidImageError | UnsupportedError> {
  const kind = (await identify?.(file)) ?? (await otherKind(file));
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
  return new UnsupportedError('tar.other-kind', message, {
    hint: CONVERTED.test(kind)
      ? 'Convert it with bsdtar -cf FILE.tar @ARCHIVE, and give FILE.tar.'
      : 'Give a directory, a tar archive, or an image or archive of another kind that is read.',
  });
}
