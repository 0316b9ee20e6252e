// Writing tags: seals that run over the finished image and put its digests into the tag area.

import { InvalidImageError, InvalidInputError } from '../../errors.js';
import {
  bytesSource,
  createDigest,
  type Patch,
  type Seal,
  type SealStream,
  type Source,
  zeros,
} from '../../io/index.js';
import { CHUNK, ChunkDigests, digestPass, type Listener, type Normalisation } from './digest-pass.js';
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
 * Tags in SUSE style, for checkmedia: check, pad, digests, partition, signature, in this order. Existing keys
 * keep their place; tags of the other style are removed.
 */
export function suseTagSeal(options: SuseTagOptions): Seal {
  const resolved = resolveSuseTagOptions(options);
  return sealOf('SUSE media-check tag', (image) => beginSuse(image, resolved));
}

/** Tags in Red Hat style, for checkisomd5, as implantisomd5 writes them. */
export function redHatTagSeal(options: RedHatTagOptions = {}): Seal {
  const resolved = resolveRedHatTagOptions(options);
  return sealOf('Red Hat media-check tag', (image) => beginRedHat(image, resolved));
}

/** The patch that blanks the tag area. Throws {@link InvalidImageError} when it holds something else than tags. */
export async function removeTags(image: Source): Promise<readonly Patch[]> {
  await volumeSize(image);
  parseTags(await readTagArea(image));
  return [{ at: TAG_AREA_AT, bytes: blankArea() }];
}

/** The state of a seal after it has read the head of an image. */
interface Sealing {
  readonly listeners: readonly Listener[];
  readonly normalisation: Normalisation;
  /** After the last byte. `signature` is the byte offset of the signature block. */
  finish(signature: number | undefined): Patch[];
}

function sealOf(name: string, begin: (head: Source) => Promise<Sealing>): Seal {
  return {
    name,
    seal: async (image, run) => {
      const { listeners, normalisation, finish } = await begin(image);
      return finish(await digestPass(image, listeners, normalisation, run));
    },
    stream: (size) => new StreamedSealing(size, begin),
  };
}

/** The same over bytes that stream by. The first chunk holds everything that {@link Sealing} is chosen by. */
class StreamedSealing implements SealStream {
  readonly #size: number;
  readonly #begin: (head: Source) => Promise<Sealing>;
  readonly #chunk = new Uint8Array(CHUNK);
  #filled = 0;
  #at = 0;
  #begun: { readonly sealing: Sealing; readonly digests: ChunkDigests } | undefined;

  constructor(size: number, begin: (head: Source) => Promise<Sealing>) {
    this.#size = size;
    this.#begin = begin;
  }

  async update(bytes: Uint8Array): Promise<void> {
    for (let done = 0; done < bytes.length; ) {
      const count = Math.min(bytes.length - done, CHUNK - this.#filled);
      this.#chunk.set(bytes.subarray(done, done + count), this.#filled);
      this.#filled += count;
      done += count;
      if (this.#filled === CHUNK) await this.#digest();
    }
  }

  async finish(): Promise<Patch[]> {
    const { sealing, digests } = await this.#digest();
    return sealing.finish(digests.signature);
  }

  async #digest() {
    const chunk = this.#chunk.subarray(0, this.#filled);
    this.#begun ??= await this.#start({ ...bytesSource(chunk), size: this.#size });
    this.#begun.digests.update(chunk, this.#at);
    this.#at += this.#filled;
    this.#filled = 0;
    return this.#begun;
  }

  async #start(head: Source) {
    const sealing = await this.#begin(head);
    return { sealing, digests: new ChunkDigests(sealing.listeners, sealing.normalisation) };
  }
}

async function beginSuse(image: Source, options: ResolvedSuseTagOptions): Promise<Sealing> {
  const size = await volumeSize(image);
  const present = parseTags(await readTagArea(image));
  const partition = await partitionOf(image, options.partition);
  const padding = (options.pad ?? 0) * BLOCK;
  if (padding > size) throw tooMuch('pad', padding / BLOCK, size);
  const digests = options.digests.map(createDigest);
  const fragments = options.fragments > 0 ? new FragmentSums(digests[0]!, size, options.fragments) : undefined;
  const consumers = fragments ? [fragments, ...digests.slice(1)] : digests;
  const partitionDigest = createDigest(options.digests[0]!);
  const listeners: Listener[] = [{ at: 0, end: size - padding, consumers }];
  if (partition) {
    const at = partition.start * SECTOR;
    listeners.push({ at, end: at + partition.sectors * SECTOR, consumers: [partitionDigest] });
  }
  const finish = (signature: number | undefined) => {
    for (const zero of zeros(padding)) for (const consumer of consumers) consumer.update(zero);
    const tags: Tag[] = [
      ...(options.check ? [{ key: 'check', value: '1' }] : []),
      ...(options.pad === undefined ? [] : [{ key: 'pad', value: String(options.pad) }]),
      ...digests.map((digest, i) => ({ key: `${options.digests[i]}sum`, value: digest.hex() })),
      ...(fragments ? fragmentTags(fragments, options.fragments) : []),
      ...(partition
        ? [{ key: 'partition', value: `${partition.start},${partition.sectors},${partitionDigest.hex()}` }]
        : []),
      ...(signature === undefined ? [] : [{ key: 'signature', value: String(signature / SECTOR) }]),
    ];
    return [{ at: TAG_AREA_AT, bytes: renderTags(updated(present, tags)) }];
  };
  return { listeners, normalisation: { clearMbr: true, signature: 'find' }, finish };
}

function fragmentTags(fragments: FragmentSums, count: number): Tag[] {
  return [
    { key: 'fragment sums', value: fragments.sums },
    { key: 'fragment count', value: String(count) },
  ];
}

/** New values replace old ones, others follow; digests that are not recomputed would be wrong and are removed. */
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
    const message = `The partition of ${partition.sectors} sectors from sector ${partition.start} ends after the end of the image.`;
    throw new InvalidImageError('checkmedia.partition-outside', message, { at: partition.start * SECTOR });
  }
  return partition;
}

async function beginRedHat(image: Source, options: Required<RedHatTagOptions>): Promise<Sealing> {
  const size = await volumeSize(image);
  parseTags(await readTagArea(image));
  const total = size - options.skip * BLOCK;
  if (total <= 0) throw tooMuch('skip', options.skip, size);
  const digest = createDigest('md5');
  const fragments = new FragmentSums(digest, total, options.fragments);
  const finish = () => {
    const tags: Tag[] = [
      { key: 'ISO MD5SUM', value: digest.hex() },
      { key: 'SKIPSECTORS', value: String(options.skip) },
      { key: 'RHLISOSTATUS', value: options.supported ? '1' : '0' },
      { key: 'FRAGMENT SUMS', value: fragments.sums },
      { key: 'FRAGMENT COUNT', value: String(options.fragments) },
      { key: 'THIS IS NOT THE SAME AS RUNNING MD5SUM ON THIS ISO!!' },
    ];
    return [{ at: TAG_AREA_AT, bytes: renderRedHatTags(tags) }];
  };
  const listeners = [{ at: 0, end: total, consumers: [fragments] }];
  return { listeners, normalisation: { clearMbr: false, signature: undefined }, finish };
}

function tooMuch(what: string, blocks: number, size: number): InvalidInputError {
  const message = `A ${what} of ${blocks} blocks exceeds a volume of ${size} bytes.`;
  return new InvalidInputError(`checkmedia.${what}`, message);
}
