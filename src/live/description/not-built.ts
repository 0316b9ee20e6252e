// What a description can ask for and this program does not build. Leaving it aside would make another medium than the one
// described, so it is refused by name.

import { UnsupportedError } from '../../errors.js';
import type { GivenText } from './rows.js';

interface NotBuilt {
  readonly because: string;
  /** Values that change nothing and pass. */
  readonly unless: readonly string[];
}

type Refusals = Readonly<Record<string, NotBuilt>>;

const encrypted: NotBuilt = { because: 'an encrypted root image is not built.', unless: [''] };

export const refusedOfType: Refusals = {
  erofscompression: { because: 'EROFS is not built.', unless: [''] },
  verity_blocks: { because: 'dm-verity is not built.', unless: [] },
  target_blocksize: { because: 'only 512-byte sectors are built.', unless: ['512'] },
  luks: encrypted,
  luks_version: encrypted,
  luksOS: encrypted,
};

/** Values that have no place in a log. */
const SECRET: ReadonlySet<string> = new Set(['luks']);

/** Throws {@link UnsupportedError} for the first text given that is refused. */
export function refuse(refusals: Refusals, given: ReadonlyMap<string, GivenText>, owner: string): void {
  for (const [name, { value, place }] of given) {
    const refusal = Object.hasOwn(refusals, name) ? refusals[name] : undefined;
    if (!refusal || refusal.unless.includes(value.trim())) continue;
    const accepted = refusal.unless.filter((word) => word !== '');
    const otherwise = accepted.length > 0 ? ` or set it to ${accepted[0]}` : '';
    const shown = SECRET.has(name) ? name : `${name}="${value}"`;
    throw new UnsupportedError('description.unsupported', `${owner} ${shown}: ${refusal.because}`, {
      ...place,
      hint: `Leave ${name} out${otherwise}.`,
    });
  }
}
