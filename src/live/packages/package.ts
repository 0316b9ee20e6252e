// What is known of an installed package, and the line that tells it.

import { compareBytes, fromText } from '../../bytes/index.js';
import type { GenerationRules } from '../description/index.js';

export interface InstalledPackage {
  readonly name: string;
  readonly epoch?: string;
  readonly version: string;
  readonly release?: string;
  /** Undefined: the database knows none. */
  readonly architecture?: string;
  readonly disturl?: string;
  readonly license?: string;
}

/** Where packages come from: each writes what it does not know in its own way. */
export type DatabaseKind = 'dpkg' | 'rpm' | 'pacman';

const UNKNOWN: Readonly<Record<DatabaseKind, string>> = { dpkg: 'None', rpm: '(none)', pacman: 'None' };

/**
 * KIWI's `.packages`: `name|epoch|version|release|architecture|disturl|license`, one line per package, sorted by code
 * point. Early generations write no license.
 */
export function renderPackageList(
  kind: DatabaseKind,
  packages: readonly InstalledPackage[],
  rules: Pick<GenerationRules, 'listsLicenses'>,
): string {
  const lines = packages.map((each) => {
    const { name, epoch, version, release, architecture, disturl, license } = each;
    const fields = [name, epoch, version, release, architecture, disturl, ...(rules.listsLicenses ? [license] : [])];
    return `${fields.map((field) => field ?? UNKNOWN[kind]).join('|')}\n`;
  });
  return lines.sort((a, b) => compareBytes(fromText(a), fromText(b))).join('');
}
