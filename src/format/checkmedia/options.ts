// Options of the two tag styles: the only place of their defaults and of their validation.

import { UsageError } from '../../errors.js';
import type { DigestName } from '../../io/index.js';
import { FRAGMENT_DIGITS } from './fragments.js';
import type { PartitionExtent } from './partition.js';

/** Options of tags for checkmedia. */
export interface SuseTagOptions {
  /** At least one; the partition digest is of the first kind. */
  readonly digests: readonly DigestName[];
  /** Ask the booted medium to check itself. Default false. */
  readonly check?: boolean;
  /** Blocks of 2 KiB at the end of the volume that count as zeros. Without it the tag has no `pad` key, which means 0. */
  readonly pad?: number;
  /** Partition with a separate digest: `auto` (default) by the rule of {@link choosePartition}, `none`, or this one. */
  readonly partition?: 'auto' | 'none' | PartitionExtent;
  /** Fragments for an early end of a failing check, by the first digest: a divisor of 60 from 4 on, or 0 (default). */
  readonly fragments?: number;
}

/** Options of a tag for checkisomd5. */
export interface RedHatTagOptions {
  /** Blocks of 2 KiB at the end of the volume that are not covered. Default 15, as implantisomd5 writes. */
  readonly skip?: number;
  /** Marks a supported release. Default false. */
  readonly supported?: boolean;
  /** Fragments for an early end of a failing check, a divisor of 60 from 4 on. Default 20. */
  readonly fragments?: number;
}

export interface ResolvedSuseTagOptions {
  readonly digests: readonly DigestName[];
  readonly check: boolean;
  readonly pad: number | undefined;
  readonly partition: 'auto' | 'none' | PartitionExtent;
  readonly fragments: number;
}

/** Checks the options and fills in the defaults. Throws {@link UsageError}. */
export function resolveSuseTagOptions(options: SuseTagOptions): ResolvedSuseTagOptions {
  const digests = [...new Set(options.digests)];
  if (digests.length === 0) {
    throw new UsageError('checkmedia.no-digest', 'A media-check tag needs at least one digest.', {
      option: 'digests',
      hint: 'Name one of md5, sha1, sha224, sha256, sha384, sha512.',
    });
  }
  const partition = options.partition ?? 'auto';
  if (typeof partition === 'object') {
    checkCount('partition start', partition.start);
    checkCount('partition size', partition.sectors);
  }
  const pad = options.pad === undefined ? undefined : checkCount('pad', options.pad);
  const fragments = options.fragments ?? 0;
  if (fragments !== 0) checkFragments(fragments);
  return { digests, check: options.check ?? false, pad, partition, fragments };
}

/** Checks the options and fills in the defaults. Throws {@link UsageError}. */
export function resolveRedHatTagOptions(options: RedHatTagOptions): Required<RedHatTagOptions> {
  const fragments = options.fragments ?? 20;
  checkFragments(fragments);
  return { skip: checkCount('skip', options.skip ?? 15), supported: options.supported ?? false, fragments };
}

function checkFragments(fragments: number): void {
  if (isFragmentCount(fragments)) return;
  throw new UsageError('checkmedia.fragments', `${fragments} fragments are not possible.`, {
    option: 'fragments',
    hint: 'Use a divisor of 60 from 4 on, such as 20.',
  });
}

/** Whether the 60 digits divide into that many parts, none longer than an MD5 digest has bytes. */
export function isFragmentCount(count: number): boolean {
  return Number.isInteger(count) && count >= 4 && FRAGMENT_DIGITS % count === 0;
}

function checkCount(what: string, value: number): number {
  if (Number.isSafeInteger(value) && value >= 0) return value;
  throw new UsageError('checkmedia.number', `${value} is not a usable ${what}.`, {
    hint: 'Use a whole number.',
  });
}
