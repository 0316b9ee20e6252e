// The tag area: the 512 bytes for applications in the primary volume descriptor (ECMA-119 8.4.32), holding `key=value`
// pairs split by semicolons. SUSE style as in checkmedia's README "Technical specification", Red Hat style as in isomd5sum.

import { type ByteString, byteStringOf, bytesOf, isAscii, withoutEnd } from '../../bytes/index.js';
import { InvalidImageError, InvalidInputError } from '../../errors.js';
import type { DigestName, Source } from '../../io/index.js';

/** Byte offset of the area in the image: block 16, byte 883. */
export const TAG_AREA_AT = 0x8373;
export const TAG_AREA_LENGTH = 512;

const BLANK = 0x20;

/** One tag: a key and its value. */
export interface Tag {
  readonly key: string;
  /** Absent for the closing remark of the Red Hat style. */
  readonly value?: string;
}

/** `mixed`: keys of both, which no checker reads as it was meant. */
export type TagStyle = 'none' | 'suse' | 'rh' | 'mixed';

const DIGEST_KEY = /^(iso )?(md5|sha1|sha224|sha256|sha384|sha512)sum$/i;

/** Which digest a key holds, in which style; undefined for other keys. */
export function digestKey(key: string): { name: DigestName; style: 'suse' | 'rh' } | undefined {
  const match = DIGEST_KEY.exec(key);
  return match ? { name: match[2]!.toLowerCase() as DigestName, style: match[1] ? 'rh' : 'suse' } : undefined;
}

export function styleOf(tags: readonly Tag[]): TagStyle {
  const styles = new Set(tags.flatMap(({ key }) => digestKey(key)?.style ?? []));
  return styles.size === 2 ? 'mixed' : ([...styles][0] ?? 'none');
}

/** Value of a key in any case; undefined if it is missing. */
export function tagValue(tags: readonly Tag[], key: string): string | undefined {
  return tags.find((tag) => tag.key.toLowerCase() === key)?.value;
}

/** A whole number, as in `pad=150`; undefined if the key is missing or no number. */
export function tagNumber(tags: readonly Tag[], key: string): number | undefined {
  const value = tagValue(tags, key);
  return value !== undefined && /^\d{1,10}$/.test(value) ? Number(value) : undefined;
}

/** Any case, any blanks around `=` and `;`. Throws {@link InvalidImageError} when the area is used for something else. */
export function parseTags(area: Uint8Array): Tag[] {
  const text = withoutEnd(byteStringOf(area), ' \0');
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what does not belong here
  if (!isAscii(text) || /[\u0000-\u001f\u007f]/.test(text)) {
    throw new InvalidImageError('checkmedia.area-in-use', 'The tag area contains other data than media-check tags.', {
      at: TAG_AREA_AT,
    });
  }
  return text
    .split(';')
    .map((pair) => pair.trim())
    .filter((pair) => pair !== '')
    .map((pair) => {
      const equals = pair.indexOf('=');
      if (equals < 0) return { key: pair };
      return { key: pair.slice(0, equals).trim(), value: pair.slice(equals + 1).trim() };
    });
}

/** The area in SUSE style: no blanks, lower-case keys, blank-filled. Throws {@link InvalidInputError} when it is too long. */
export function renderTags(tags: readonly Tag[]): Uint8Array {
  return renderArea(tags.map(({ key, value }) => (value === undefined ? key : `${key}=${value}`)).join(';'));
}

/** The area in Red Hat style. checkisomd5 finds its keys by these very spellings. */
export function renderRedHatTags(tags: readonly Tag[]): Uint8Array {
  const pairs = tags.map(({ key, value }) => {
    if (value === undefined) return key;
    return key === 'RHLISOSTATUS' ? `${key}=${value}` : `${key} = ${value}`;
  });
  return renderArea(pairs.join(';'));
}

/** An area without tags. */
export function blankArea(): Uint8Array {
  return new Uint8Array(TAG_AREA_LENGTH).fill(BLANK);
}

function renderArea(text: string): Uint8Array {
  if (text.length > TAG_AREA_LENGTH) {
    const message = `The media-check tags take ${text.length} bytes, there is room for ${TAG_AREA_LENGTH}.`;
    throw new InvalidInputError('checkmedia.too-long', message, { hint: 'Choose fewer or shorter digests.' });
  }
  const area = blankArea();
  area.set(bytesOf(text as ByteString));
  return area;
}

/** Reads the area of an image that is known to be large enough. */
export async function readTagArea(image: Source): Promise<Uint8Array> {
  const area = new Uint8Array(TAG_AREA_LENGTH);
  await image.read(TAG_AREA_AT, area);
  return area;
}
