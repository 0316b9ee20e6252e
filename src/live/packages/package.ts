// An installed package, its line in lists, and the interface of package databases.

import { type ByteString, compareBytes, fromText } from '../../bytes/index.js';
import type { KnownDigests, Run } from '../../io/index.js';
import type { FileTree } from '../../tree/index.js';
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
  /** Only its configuration files are left. */
  readonly removed?: true;
}

/** A version as package managers write it: `EPOCH:VERSION-RELEASE`. */
export function wholeVersion({ epoch, version, release }: InstalledPackage): string {
  return `${epoch === undefined ? '' : `${epoch}:`}${version}${release === undefined ? '' : `-${release}`}`;
}

/** Kinds of databases: each writes unknown values in its own way. */
export type DatabaseKind = 'dpkg' | 'rpm' | 'pacman';

/** Reads the database; no program of the tree is run. */
export interface PackageDatabase {
  readonly kind: DatabaseKind;
  /** In the order of the database's tool. */
  packages(run: Run): Promise<readonly InstalledPackage[]>;
  /** Paths of the files of each package, in the order of {@link packages}; undefined: it is unable to list them. */
  files?(run: Run): Promise<readonly (readonly ByteString[])[]>;
  /** Differences of installed files from their packages, as lines of `rpm -V`; undefined: it is unable to verify. */
  verify?(run: Run): Promise<string>;
  /** The change logs of all packages. */
  changes?(run: Run): Promise<string>;
}

/** Installed files to check, and digests of some that need not be read. */
export interface InstalledFiles {
  readonly root: FileTree;
  readonly known: KnownDigests | undefined;
}

/** The surroundings of a database. */
export interface OpeningRequest {
  readonly root: FileTree;
  /** The directory that `root` was scanned from; undefined if it does not come from a directory. */
  readonly rootDirectory: string | undefined;
  /** The description's package manager, which decides between several databases. */
  readonly packageManager: string | undefined;
  /** Digests of files that need not be read. Default: none. */
  readonly known?: KnownDigests | undefined;
  note(text: string): void;
}

const UNKNOWN: Readonly<Record<DatabaseKind, string>> = { dpkg: 'None', rpm: '(none)', pacman: 'None' };

/**
 * KIWI's `.packages`: `name|epoch|version|release|architecture|disturl|license`, one line per package, sorted by code
 * point. Early generations write no license, and keep the order of the database's tool.
 */
export function renderPackageList(
  kind: DatabaseKind,
  packages: readonly InstalledPackage[],
  rules: GenerationRules,
): string {
  const lines = packages.map((each) => {
    const { name, epoch, version, release, architecture, disturl, license } = each;
    const fields = [name, epoch, version, release, architecture, disturl, ...(rules.listsLicenses ? [license] : [])];
    return `${fields.map((field) => field ?? UNKNOWN[kind]).join('|')}\n`;
  });
  if (rules.sortsPackages) lines.sort((a, b) => compareBytes(fromText(a), fromText(b)));
  return lines.join('');
}
