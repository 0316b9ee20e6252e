// Reading tags back and checking every digest they hold, in one pass over the image.

import { defined } from '../../bytes/index.js';
import { InvalidImageError } from '../../errors.js';
import { createDigest, type Digest, type DigestName, type Run, type Source, zeros } from '../../io/index.js';
import { digestPass, type Listener } from './digest-pass.js';
import { FragmentSums } from './fragments.js';
import { isFragmentCount } from './options.js';
import { type PartitionExtent, SECTOR } from './partition.js';
import {
  digestKey,
  parseTags,
  readTagArea,
  styleOf,
  type Tag,
  type TagStyle,
  tagNumber,
  tagValue,
} from './tag-area.js';
import { BLOCK, volumeSize } from './volume.js';

/** The media-check tags of an image. */
export interface ImageTags {
  readonly style: TagStyle;
  /** In the order of the image. */
  readonly tags: readonly Tag[];
}

/** One digest of a tag compared with that of the image. */
export interface DigestVerdict {
  readonly what: 'iso' | 'partition' | 'fragments';
  readonly digest: DigestName;
  readonly expected: string;
  readonly found: string;
  readonly ok: boolean;
  /** Of partition digests. */
  readonly partition?: PartitionExtent;
}

/** The result of a media check. */
export interface TagVerdict extends ImageTags {
  /** The pass ended early because a fragment sum was wrong; what was not read to its end has no verdict. */
  readonly stopped?: true;
  /** There are digests, they are of one style, and every one of them matches. */
  readonly ok: boolean;
  readonly digests: readonly DigestVerdict[];
  /** Byte offset of the signature block, if the tags name one. The signature itself is not checked here. */
  readonly signatureAt?: number;
}

/** The tags of an image, of either style; none if the area is blank. Throws `InvalidImageError` if it is not an ISO. */
export async function readTags(image: Source): Promise<ImageTags> {
  await volumeSize(image);
  const tags = parseTags(await readTagArea(image));
  return { style: styleOf(tags), tags };
}

/** Recomputes every digest the tags hold. Throws `InvalidImageError` if it is not an ISO, and for invalid tags. */
export async function verifyTags(image: Source, run: Run): Promise<TagVerdict> {
  const size = await volumeSize(image);
  const { style, tags } = await readTags(image);
  const signatureSector = tagNumber(tags, 'signature');
  const signature = signatureSector === undefined ? undefined : signatureSector * SECTOR;
  const checks = [...isoChecks(tags, size, style), ...partitionChecks(tags, image.size)];
  const failed = () => checks.some(({ fragments }) => fragments && !fragments.expected.startsWith(fragments.sums.sums));
  if (checks.length > 0) {
    const listeners = checks.map(({ listener }) => listener);
    await digestPass(image, listeners, { clearMbr: style !== 'rh', signature }, run, failed);
  }
  const at = defined({ signatureAt: signature });
  if (failed()) {
    const digests = checks.flatMap(({ name, fragments }) =>
      fragments ? [verdict('fragments', name, fragments.expected, fragments.sums.sums)] : [],
    );
    return { style, tags, ok: false, stopped: true, digests, ...at };
  }
  const digests = checks.flatMap(({ verdicts }) => verdicts());
  const ok = digests.length > 0 && style !== 'mixed' && digests.every((verdict) => verdict.ok);
  return { style, tags, ok, digests, ...at };
}

interface Check {
  readonly listener: Listener;
  readonly name: DigestName;
  /** Sums that are known while the pass continues. */
  readonly fragments?: { readonly sums: FragmentSums; readonly expected: string };
  /** To be asked after the pass. */
  verdicts(): DigestVerdict[];
}

/** Digests of the whole volume, with fragment sums where the tags have them. */
function isoChecks(tags: readonly Tag[], size: number, style: TagStyle): Check[] {
  const skipped = style === 'rh' ? (tagNumber(tags, 'skipsectors') ?? 0) * BLOCK : 0;
  const padding = style === 'rh' ? 0 : (tagNumber(tags, 'pad') ?? 0) * BLOCK;
  const end = size - skipped - padding;
  if (end <= 0) throw senseless('The tags exclude more of the volume than there is.');
  let isFirst = true;
  return tags.flatMap(({ key, value = '' }): Check[] => {
    const known = digestKey(key);
    if (!known) return [];
    const { name } = known;
    const digest = createDigest(name);
    // Fragment sums are of the first digest only.
    const fragments = isFirst ? fragmentSums(tags, digest, size - skipped) : undefined;
    isFirst = false;
    const consumer = fragments?.sums ?? digest;
    const verdicts = () => {
      for (const zero of zeros(padding)) consumer.update(zero);
      const whole = verdict('iso', name, value, digest.hex());
      if (!fragments) return [whole];
      return [whole, verdict('fragments', name, fragments.expected, fragments.sums.sums)];
    };
    const listener = { at: 0, end, consumers: [consumer] };
    return [{ listener, name, ...(fragments ? { fragments } : {}), verdicts }];
  });
}

function fragmentSums(tags: readonly Tag[], digest: Digest, total: number): Check['fragments'] {
  const count = tagNumber(tags, 'fragment count') ?? 0;
  const expected = tagValue(tags, 'fragment sums')?.toLowerCase();
  if (count === 0 || expected === undefined) return undefined;
  if (!isFragmentCount(count)) throw senseless(`The tags have ${count} fragments, which is not possible.`);
  return { sums: new FragmentSums(digest, total, count), expected };
}

const PARTITION = /^(\d{1,10}),(\d{1,10}),([0-9a-f]+)$/i;
const BY_LENGTH: Readonly<Record<number, DigestName>> = {
  32: 'md5',
  40: 'sha1',
  56: 'sha224',
  64: 'sha256',
  96: 'sha384',
  128: 'sha512',
};

/** The kind of a partition digest shows in its length only. */
function partitionChecks(tags: readonly Tag[], size: number): Check[] {
  const value = tagValue(tags, 'partition');
  if (value === undefined) return [];
  const match = PARTITION.exec(value);
  const name = BY_LENGTH[match?.[3]?.length ?? 0];
  if (!match || !name) throw senseless(`"${value}" is not a partition digest.`);
  const partition = { start: Number(match[1]), sectors: Number(match[2]) };
  const at = partition.start * SECTOR;
  const end = at + partition.sectors * SECTOR;
  if (end > size) throw senseless(`The partition with a digest ends at byte ${end}, the image at ${size}.`);
  const digest = createDigest(name);
  const verdicts = () => [{ ...verdict('partition', name, match[3]!, digest.hex()), partition }];
  return [{ listener: { at, end, consumers: [digest] }, name, verdicts }];
}

function verdict(what: DigestVerdict['what'], digest: DigestName, expected: string, found: string): DigestVerdict {
  const wanted = expected.toLowerCase();
  return { what, digest, expected: wanted, found, ok: wanted === found };
}

function senseless(message: string): InvalidImageError {
  return new InvalidImageError('checkmedia.bad-tags', message, { at: 0x8373 });
}
