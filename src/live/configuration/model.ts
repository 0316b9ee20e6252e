// The settings of a runtime configuration that matter to a live ISO, as plain typed data.

import type { DigestName } from '../../io/index.js';

/** Settings of the machine and the user for every build. */
export interface RuntimeConfiguration {
  /** `runtime_checks: - disable`: KIWI's names of checks to skip. */
  readonly disabledChecks?: readonly string[];
  /** `build_constraints: - max_size`: largest size of the ISO, in bytes. */
  readonly largestImage?: number;
  /** `iso: - tool_category`: the program with which KIWI before 9.24 wrote the ISO. */
  readonly isoTools?: 'xorriso' | 'cdrtools';
  /** `iso: - media_tag_tool`: the style of media-check tags. */
  readonly mediaTagStyle?: 'suse' | 'rh';
  /** `bundle: - has_package_changes`: whether the change logs of the packages are a result. */
  readonly packageChanges?: boolean;
  /** `bundle: - compress`: whether a bundle compresses results that may be compressed. */
  readonly bundleCompress?: boolean;
  /** `shasum: - size`: the digest that `/.profile` names. */
  readonly digest?: DigestName;
  /** `bundle: - shasum_size`, else {@link digest}: the digest next to bundled files. */
  readonly bundleDigest?: DigestName;
  /** `xz: - options`: options of xz for bundles. */
  readonly xzOptions?: readonly string[];
}
