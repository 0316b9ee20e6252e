// Writing tags: seals that run over the finished image and put its digests into the tag area.

import { InvalidImageError, InvalidInputError } from '../../errors.js';
import { createDigest, type Patch, type Run, type Seal, type Source, zeros } from '../../io/index.js';
import { digestPass, type Listener } from './digest-pass.js';
import { FragmentSums } from './fragments.js';
import {
  type RedHatTagOptions,
  type ResolvedSuseTagOptions,
  resolveRedHatTagOptions,
  resolveSuseTagOptions,
  type SuseTagOptions,
} from './options.js';
import { choosePartition, type PartitionExtent, SECTOR } from './partition.js';
import {
  blankArea,
  digestKey,
  parseTags,
  readTagArea,
  renderRedHatTags,
  renderTags,
  styleOf,
  TAG_AREA_AT,
  type Tag,
} from './tag-area.js';
import { BLOCK, volumeSize } from './volume.js';

/**
 * Tags in SUSE style, for checkmedia: check, pad, digests, partition, signature, in this order. Keys that are there
 * already keep their place; tags of the other style give way.
 */
export function suseTagSeal(options: SuseTagOptions): Seal {
  const resolved = resolveSuseTagOptions(options);
  return { name: 'SUSE media-check tag', seal: (image, run) => sealSuse(image, resolved, run) };
}

/** Tags in Red Hat style, for checkisomd5, as implantisomd5 writes them. */
export function redHatTagSeal(options: RedHatTagOptions = {}): Seal {
  const resolved = resolveRedHatTagOptions(options);
  return { name: 'Red Hat media-check tag', seal: (image, run) => sealRedHat(image, resolved, run) };
}

/** The patch that blanks the tag area. Throws {@link InvalidImageError} when it holds something else than tags. */
export async function removeTags(image: Source): Promise<readonly Patch[]> {
  await volumeSize(image);
  parseTags(await readTagArea(image));
  return [{ at: TAG_AREA_AT, bytes: blankArea() }];
}

async function sealSuse(image: Source, options: ResolvedSuseTagOptions, run: Run): Promise<Patch[]> {
  const size = await volumeSize(image);
  const present = parseTags(await readTagArea(image));
  const partition = await partitionOf(image, options.partition);
  const padding = (options.pad ?? 0) * BLOCK;
  if (padding > size) throw tooMuch('pad', padding / BLOCK, size);
  const digests = options.digests.map(createDigest);
  const listeners: Listener[] = [{ at: 0, end: size - padding, consumers: digests }];
  const partitionDigest = createDigest(options.digests[0]!);
  if (partition) {
    const at = partition.start * SECTOR;
    listeners.push({ at, end: at + partition.sectors * SECTOR, consumers: [partitionDigest] });
  }
  const signature = await digestPass(image, listeners, { clearMbr: true, signature: 'find' }, run);
  for (const zero of zeros(padding)) for (const digest of digests) digest.update(zero);
  const tags: Tag[] = [
    ...(options.check ? [{ key: 'check', value: '1' }] : []),
    ...(options.pad === undefined ? [] : [{ key: 'pad', value: String(options.pad) }]),
    ...digests.map((digest, i) => ({ key: `${options.digests[i]}sum`, value: digest.hex() })),
    ...(partition
      ? [{ key: 'partition', value: `${partition.start},${partition.sectors},${partitionDigest.hex()}` }]
      : []),
    ...(signature === undefined ? [] : [{ key: 'signature', value: String(signature / SECTOR) }]),
  ];
  return [{ at: TAG_AREA_AT, bytes: renderTags(updated(present, tags)) }];
}

/** New values in the places of old ones, the rest behind them; digests that are not taken anew would be wrong and go. */
function updated(present: readonly Tag[], tags: readonly Tag[]): Tag[] {
  const style = styleOf(present);
  if (style === 'rh' || style === 'mixed') return [...tags];
  const stale = (key: string) =>
    digestKey(key) !== undefined || /^(partition|signature|check|pad|fragment (sums|count))$/.test(key);
  const kept = present.flatMap((old): Tag[] => {
    const key = old.key.toLowerCase();
    const now = tags.find((tag) => tag.key === key);
    return now ? [now] : stale(key) ? [] : [old];
  });
  return [...kept, ...tags.filter((tag) => !kept.includes(tag))];
}

async function partitionOf(
  image: Source,
  wanted: 'auto' | 'none' | PartitionExtent,
): Promise<PartitionExtent | undefined> {
  if (wanted === 'none') return undefined;
  const partition = wanted === 'auto' ? await choosePartition(image) : wanted;
  if (partition && (partition.start + partition.sectors) * SECTOR > image.size) {
    const message = `The partition of ${partition.sectors} sectors from sector ${partition.start} ends behind the image.`;
    throw new InvalidImageError('checkmedia.partition-outside', message, { at: partition.start * SECTOR });
  }
  return partition;
}

async function sealRedHat(image: Source, options: Required<RedHatTagOptions>, run: Run): Promise<Patch[]> {
  const size = await volumeSize(image);
  parseTags(await readTagArea(image));
  const total = size - options.skip * BLOCK;
  if (total <= 0) throw tooMuch('skip', options.skip, size);
  const digest = createDigest('md5');
  const fragments = new FragmentSums(digest, total, options.fragments);
  await digestPass(
    image,
    [{ at: 0, end: total, consumers: [fragments] }],
    { clearMbr: false, signature: undefined },
    run,
  );
  const tags: Tag[] = [
    { key: 'ISO MD5SUM', value: digest.hex() },
    { key: 'SKIPSECTORS', value: String(options.skip) },
    { key: 'RHLISOSTATUS', value: options.supported ? '1' : '0' },
    { key: 'FRAGMENT SUMS', value: fragments.sums },
    { key: 'FRAGMENT COUNT', value: String(options.fragments) },
    { key: 'THIS IS NOT THE SAME AS RUNNING MD5SUM ON THIS ISO!!' },
  ];
  return [{ at: TAG_AREA_AT, bytes: renderRedHatTags(tags) }];
}

function tooMuch(what: string, blocks: number, size: number): InvalidInputError {
  const message = `A ${what} of ${blocks} blocks leaves nothing of a volume of ${size} bytes.`;
  return new InvalidInputError(`checkmedia.${what}`, message);
}
