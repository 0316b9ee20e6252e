// Settings of a description that this program does not build. Ignoring them would make another medium than the described
// one, so they are refused by name.

import { UnsupportedError } from '../../errors.js';
import type { GivenText } from './rows.js';

interface NotBuilt {
  readonly because: string;
  /** Values that change nothing and are accepted. */
  readonly unless?: readonly string[];
  /** The only values that are refused; default: all. */
  readonly only?: readonly string[];
  /** Advice; default: to leave it out. */
  readonly hint?: string;
}

type Refusals = Readonly<Record<string, NotBuilt>>;

const encrypted: NotBuilt = { because: 'an encrypted root image is not built.', unless: [''] };

export const refusedOfType: Refusals = {
  filesystem: {
    because: 'root images with other file systems than ext4, squashfs and EROFS are not built.',
    only: ['btrfs', 'ext2', 'ext3', 'xfs'],
    hint: 'Choose filesystem="ext4", "squashfs" or "erofs", or leave it out.',
  },
  verity_blocks: { because: 'dm-verity is not built.', unless: [''] },
  target_blocksize: { because: 'only 512-byte sectors are built.', unless: ['512'] },
  luks: encrypted,
  luks_version: encrypted,
  luksOS: encrypted,
};

export const refusedOfLoader: Refusals = {
  name: {
    because: 'live media with systemd-boot are not built.',
    only: ['systemd_boot'],
    hint: 'Choose <bootloader name="grub2"/>.',
  },
};

/** Values that must not appear in a log. */
const SECRET: ReadonlySet<string> = new Set(['luks']);

/** Throws {@link UnsupportedError} for the first refused value. */
export function refuse(refusals: Refusals, given: ReadonlyMap<string, GivenText>, owner: string): void {
  for (const [name, { value, place }] of given) {
    const refusal = Object.hasOwn(refusals, name) ? refusals[name] : undefined;
    if (!refusal) continue;
    const { because, unless = [], only, hint } = refusal;
    if (unless.includes(value.trim()) || (only && !only.includes(value.trim()))) continue;
    const [accepted] = unless.filter((word) => word !== '');
    const otherwise = accepted === undefined ? '' : ` or set it to ${accepted}`;
    const shown = SECRET.has(name) ? name : `${name}="${value}"`;
    throw new UnsupportedError('description.unsupported', `${owner} ${shown}: ${because}`, {
      ...place,
      hint: hint ?? `Leave ${name} out${otherwise}.`,
    });
  }
}
