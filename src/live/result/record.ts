// The record of all results under KIWI's keys, which `result bundle` and similar commands read. Those of bills of
// materials, statements and signatures are ours.

import { basename } from 'node:path';
import type { LiveDescription } from '../description/index.js';
import type { Architecture } from '../plan/architecture.js';

/** One result and what a bundle does with it. The keys of the record are KIWI's. */
export interface ResultFile {
  /** Absolute path. */
  readonly filename: string;
  readonly use_for_bundle: boolean;
  readonly compress: boolean;
  readonly shasum: boolean;
}

/** Names of bundled results: a pattern, and the values of its letters. */
export interface BundleFormat {
  readonly pattern: string;
  readonly tags: BundleTags;
}

/** `%N` name, `%P` profiles, `%A` architecture, `%T` type, `%M` `%m` `%p` parts of the version, `%v` version. */
export type BundleTags = Readonly<Record<'N' | 'P' | 'A' | 'I' | 'T' | 'M' | 'm' | 'p' | 'v', string>>;

/** The kind of a result. */
export type ResultKey =
  | 'live_image'
  | 'image_packages'
  | 'image_verified'
  | 'image_changes'
  | 'image_spdx'
  | 'image_cyclonedx'
  | 'image_provenance';

/** The kind of a signature: the key of what is signed, with a number after the first file if a program makes several. */
export type SignatureKey = `${ResultKey}_signature` | `${ResultKey}_signature_${number}`;

/** The record of a build, from which a bundle is made. */
export type Results = Partial<Record<ResultKey | SignatureKey, ResultFile>> & { readonly bundle_format?: BundleFormat };

/** Keys sorted, four blanks of indentation, one line feed at the end: as `kiwi.result.json`. */
export function renderResults(results: Results): string {
  const sorted = Object.fromEntries(Object.entries(results).sort(([a], [b]) => (a < b ? -1 : 1)));
  return `${JSON.stringify(sorted, null, 4)}\n`;
}

const SIGNATURE = /^(.+)_signature(?:_\d+)?$/;

/** Names of the results that have signatures, and of the signatures. */
export function signedNames(results: Results): ReadonlySet<string> {
  const files = Object.entries(results as Readonly<Record<string, ResultFile>>);
  const keys = new Set(files.flatMap(([key]) => SIGNATURE.exec(key)?.slice(0, 2) ?? []));
  return new Set(files.filter(([key]) => keys.has(key)).map(([, { filename }]) => basename(filename)));
}

interface DescribedResults {
  readonly description: LiveDescription;
  readonly architecture: Architecture;
}

/** Undefined: the description has no pattern. */
export function bundleFormatOf({ description, architecture }: DescribedResults): BundleFormat | undefined {
  const { type, name, version, profiles } = description;
  if (type.bundle_format === undefined) return undefined;
  const tags = tagsOf(name, architecture.machine, version, profiles);
  return { pattern: type.bundle_format, tags };
}

/** `%I`, the id of the bundle, is known only when the bundle is made. */
export function tagsOf(name: string, machine: string, version: string, profiles: readonly string[]): BundleTags {
  const [major = '', minor = '', patch = ''] = version.split('.');
  return { N: name, P: profiles.join('_'), A: machine, I: '', T: 'iso', M: major, m: minor, p: patch, v: version };
}
