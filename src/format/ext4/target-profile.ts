// Chooses the profile for a system, by the versions of the programs that mount and check its root file system.

import type { Ext4Profile } from './features.js';

/** The system that will use the image; undefined values are unknown. Versions as their programs print them. */
export interface Ext4Target {
  /** As `uname -r` prints it: `6.1.0-18-amd64`. */
  readonly kernel?: string | undefined;
  /** As `e2fsck -V` prints it: `1.47.0`. */
  readonly e2fsprogs?: string | undefined;
}

/** The profile chosen for a target, and why. */
export interface ProfileChoice {
  readonly profile: Ext4Profile;
  /** For people: the versions and their consequences. */
  readonly reason: string;
}

interface Need {
  readonly profile: Ext4Profile;
  /** First version of Linux that reads and writes all features of the profile. */
  readonly kernel: Version;
  /** First version of e2fsprogs that checks them. */
  readonly e2fsprogs: Version;
  readonly what: string;
}

type Version = readonly [major: number, minor: number];

/** orphan_file came with Linux 5.15 and e2fsprogs 1.47, metadata_csum with 3.18 (complete) and 1.43. */
const NEEDS: readonly Need[] = [
  { profile: 'modern', kernel: [5, 15], e2fsprogs: [1, 47], what: 'orphan_file and metadata_csum_seed' },
  { profile: 'boot', kernel: [3, 18], e2fsprogs: [1, 43], what: 'metadata_csum and 64bit' },
];

/**
 * The most capable profile that a system can mount and check. Unknown versions never select `modern`, whose features
 * old programs refuse, and never against `boot`.
 */
export function chooseExt4Profile({ kernel, e2fsprogs }: Ext4Target): ProfileChoice {
  const known = [
    kernel === undefined ? 'Linux of unknown version' : `Linux ${kernel}`,
    e2fsprogs === undefined ? 'no e2fsprogs' : `e2fsprogs ${e2fsprogs}`,
  ].join(', ');
  for (const need of NEEDS) {
    const isSafe = need.profile === 'boot';
    if (reaches(kernel, need.kernel, isSafe) && reaches(e2fsprogs, need.e2fsprogs, isSafe)) {
      return { profile: need.profile, reason: `${known}: can use ${need.what}` };
    }
  }
  return { profile: 'minimal', reason: `${known}: too old for ${NEEDS.at(-1)!.what}` };
}

function reaches(text: string | undefined, [major, minor]: Version, unknown: boolean): boolean {
  const match = /^(\d+)\.(\d+)/.exec(text ?? '');
  if (!match) return unknown;
  const [found, foundMinor] = [Number(match[1]), Number(match[2])];
  return found > major || (found === major && foundMinor >= minor);
}
