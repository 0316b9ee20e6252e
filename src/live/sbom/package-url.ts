// Package URLs (ECMA-427): one name for a package that all tools for bills of materials understand.

import { PackageURL } from 'packageurl-js';
import type { DatabaseKind, InstalledPackage } from '../packages/index.js';
import type { Distribution } from './distribution.js';

/** Types of package URLs, and the vendor for trees that name none. */
const TYPES: Readonly<Record<DatabaseKind, readonly [type: string, vendor: string]>> = {
  dpkg: ['deb', 'debian'],
  rpm: ['rpm', 'redhat'],
  pacman: ['alpm', 'arch'],
};

/** The URL of an installed package. The epoch of an RPM is a qualifier; those of others are part of the version. */
export function packageUrl(
  kind: DatabaseKind,
  { name, epoch, version, release, architecture }: InstalledPackage,
  { id, versionId }: Distribution,
): string {
  const [type, vendor] = TYPES[kind];
  const isRpm = kind === 'rpm';
  const full = `${!isRpm && epoch !== undefined ? `${epoch}:` : ''}${version}${release === undefined ? '' : `-${release}`}`;
  const qualifiers = {
    ...(architecture ? { arch: architecture } : {}),
    ...(id ? { distro: versionId ? `${id}-${versionId}` : id } : {}),
    ...(isRpm && epoch !== undefined ? { epoch } : {}),
  };
  return new PackageURL(type, id ?? vendor, name, full || undefined, qualifiers, undefined).toString();
}
