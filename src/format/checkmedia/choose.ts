// The one chooser of media-check tags: which style takes which digests and settings. Nothing that a style has no place for is
// left out silently.

import { defined } from '../../bytes/index.js';
import { UsageError } from '../../errors.js';
import type { DigestName, Seal } from '../../io/index.js';
import { isFragmentCount, type RedHatTagOptions, type SuseTagOptions } from './options.js';
import { redHatTagSeal, suseTagSeal } from './seal.js';
import { digestKey, styleOf, type Tag, tagNumber, tagValue } from './tag-area.js';
import type { WrittenTagStyle } from './tag-styles.js';

/** Settings of either style; those of the other style are refused. */
export interface TagOptions extends Partial<SuseTagOptions>, RedHatTagOptions {
  /** `suse` for checkmedia, `rh` for checkisomd5. */
  readonly style: WrittenTagStyle;
  /** Default sha256 for `suse`; `rh` has md5 and no other. */
  readonly digests?: readonly DigestName[];
}

type Setting = keyof SuseTagOptions & keyof TagOptions;
const SUSE_ONLY: readonly Setting[] = ['check', 'pad', 'partition'];
const RED_HAT_ONLY = ['skip', 'supported'] as const;

/** The seal that writes a tag. Throws {@link UsageError} `checkmedia.style` for settings that the style has no place for. */
export function tagSeal(options: TagOptions): Seal {
  const { style, digests, skip, supported, ...common } = options;
  if (style === 'suse') {
    refuse(style, options, RED_HAT_ONLY);
    return suseTagSeal({ ...common, digests: digests ?? ['sha256'] });
  }
  refuse(style, options, SUSE_ONLY);
  const others = (digests ?? []).filter((digest) => digest !== 'md5');
  if (others.length > 0) {
    throw new UsageError('checkmedia.style', `A tag of style rh holds an MD5 digest, not ${others.join(', ')}.`, {
      hint: 'Leave the digest out, or choose the style suse.',
    });
  }
  const { fragments } = common;
  return redHatTagSeal({
    ...defined({ fragments, skip, supported }),
  });
}

function refuse(style: WrittenTagStyle, options: TagOptions, foreign: readonly (keyof TagOptions)[]): void {
  const given = foreign.find((name) => options[name] !== undefined);
  if (given === undefined) return;
  throw new UsageError('checkmedia.style', `A tag of style ${style} has no "${given}".`, {
    hint: `Leave it out, or choose the style ${style === 'rh' ? 'suse' : 'rh'}.`,
  });
}

/** The options with which the tags of an image were made; undefined if it has none, or such of both styles. */
export function tagOptionsOf(tags: readonly Tag[]): TagOptions | undefined {
  const style = styleOf(tags);
  if (style !== 'suse' && style !== 'rh') return undefined;
  const count = tagNumber(tags, 'fragment count') ?? 0;
  const fragments = isFragmentCount(count) ? count : undefined;
  if (style === 'rh') {
    const supported = tagValue(tags, 'rhlisostatus') === '1';
    return { style, supported, ...defined({ skip: tagNumber(tags, 'skipsectors'), fragments }) };
  }
  return {
    style,
    digests: tags.flatMap(({ key }) => digestKey(key)?.name ?? []),
    check: tagValue(tags, 'check') === '1',
    partition: tagValue(tags, 'partition') === undefined ? 'none' : 'auto',
    ...defined({ pad: tagNumber(tags, 'pad'), fragments }),
  };
}
