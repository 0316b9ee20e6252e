// Manifests on the command line: files of entries, and the definitions of mksquashfs.

import { dirname } from 'node:path';
import { type ByteString, byteStringOf, fromText } from '../bytes/index.js';
import { InvalidInputError, UsageError } from '../errors.js';
import type { ManifestEntry } from '../tree/index.js';
import { readManifest, readMtree, readPseudoDefinitions } from '../tree/option-values.js';
import { readInput } from './input.js';
import { machineOwners } from './owner-names.js';

/** Parsed values; pseudo files are an option of squashfs alone. */
export interface ManifestOptions {
  readonly manifest: readonly ManifestEntry[];
  /** Of specifications of mtree. */
  readonly mtree: readonly ManifestEntry[];
  readonly pseudo?: readonly ManifestEntry[];
  readonly pseudoFile?: readonly ManifestEntry[];
}

/** The entries of all manifests, in the order in which they are applied. */
export function manifestEntries(options: ManifestOptions): ManifestEntry[] {
  return [...options.mtree, ...options.manifest, ...(options.pseudoFile ?? []), ...(options.pseudo ?? [])];
}

/** `--manifest FILE`. Files that it names are relative to it. */
export function manifestOf(path: string, earlier: readonly ManifestEntry[]): ManifestEntry[] {
  return [...earlier, ...relocated(readManifest(textOf(path), path), path)];
}

/** `--mtree FILE`. Files that it names are relative to it. */
export function mtreeOf(path: string, earlier: readonly ManifestEntry[]): ManifestEntry[] {
  return [...earlier, ...relocated(readMtree(textOf(path), path, machineOwners()), path)];
}

function relocated(entries: readonly ManifestEntry[], path: string): ManifestEntry[] {
  return entries.map((entry) => {
    const { action } = entry;
    if (action.verb !== 'host-file' || action.from.startsWith('/')) return entry;
    return { ...entry, action: { ...action, from: `${fromText(dirname(path))}/${action.from}` as ByteString } };
  });
}

/** `-pf FILE`. */
export function pseudoFileOf(path: string, earlier: readonly ManifestEntry[] = []): ManifestEntry[] {
  return [...earlier, ...readPseudoDefinitions(textOf(path), path, machineOwners())];
}

/** `-p DEFINITION`. */
export function pseudoDefinitionOf(text: string, earlier: readonly ManifestEntry[] = []): ManifestEntry[] {
  try {
    return [...earlier, ...readPseudoDefinitions(fromText(text), 'definition', machineOwners())];
  } catch (error) {
    // In a file it is bad input; here it is the value of an option.
    if (!(error instanceof InvalidInputError)) throw error;
    const { message, hint } = error.wording;
    throw new UsageError(error.code, message, { ...error.place, hint, cause: error });
  }
}

function textOf(path: string): ByteString {
  return byteStringOf(readInput(path));
}
