// What the runtime configuration can say that matters to a live ISO, as plain typed data.

import type { DigestName } from '../../io/index.js';

/** What the machine and the user want of every build. */
export interface RuntimeConfiguration {
  /** `runtime_checks: - disable`: KIWI's names of checks that are not done. */
  readonly disabledChecks?: readonly string[];
  /** `build_constraints: - max_size`: most bytes that the ISO may have. */
  readonly largestImage?: number;
  /** `iso: - tool_category`: with what KIWI before 9.24 was to write the ISO. */
  readonly isoTools?: 'xorriso' | 'cdrtools';
  /** `iso: - media_tag_tool`: the style of media-check tags. */
  readonly mediaTagStyle?: 'suse' | 'rh';
  /** `bundle: - has_package_changes`: whether the change logs of the packages are a result. */
  readonly packageChanges?: boolean;
  /** `bundle: - compress`: whether bundling compresses what may be. */
  readonly bundleCompress?: boolean;
  /** `shasum: - size`, `bundle: - shasum_size`: the digest beside bundled files. */
  readonly bundleDigest?: DigestName;
  /** `xz: - options`: words for xz when bundling compresses. */
  readonly xzOptions?: readonly string[];
}
