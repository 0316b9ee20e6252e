// Options about media-check tags that several commands have.

import { Option } from 'commander';
import { DIGEST_NAMES } from '../io/option-values.js';
import { LIST_HELP, parseList } from './lists.js';

/** Which digests a tag has. */
export function tagDigestOption(flag: string): Option {
  const help = `digests of the tag: ${DIGEST_NAMES.join(', ')}; ${LIST_HELP} (default: sha256; style rh holds md5 only)`;
  return new Option(`${flag} <names>`, help).argParser(parseList(DIGEST_NAMES));
}
