// Manifests on the command line: files of entries, and the definitions of mksquashfs.

import { dirname } from 'node:path';
import { type ByteString, byteStringOf, fromText, type Timestamp } from '../bytes/index.js';
import { openHostFile } from '../source/index.js';
import {
  applyManifest,
  type FileTree,
  type ManifestEntry,
  readManifest,
  readPseudoDefinitions,
} from '../tree/index.js';
import { readInput } from './input.js';
import { machineOwners } from './owner-names.js';

/** Parsed values; pseudo files are an option of squashfs alone. */
export interface ManifestOptions {
  readonly manifest: readonly ManifestEntry[];
  readonly pseudo?: readonly ManifestEntry[];
  readonly pseudoFile?: readonly ManifestEntry[];
}

/** The tree with all manifests laid over it; `mtime` is the time of new entries that state none. */
export function withManifests(tree: FileTree, options: ManifestOptions, mtime: Timestamp): FileTree {
  return applyManifest(tree, [...options.manifest, ...(options.pseudoFile ?? []), ...(options.pseudo ?? [])], {
    mtime,
    open: openHostFile,
  });
}

/** `--manifest FILE`. Files that it names are looked for beside it. */
export function manifestOf(path: string, earlier: readonly ManifestEntry[]): ManifestEntry[] {
  const beside = (entry: ManifestEntry): ManifestEntry => {
    const { action } = entry;
    if (action.verb !== 'host-file' || action.from.startsWith('/')) return entry;
    return { ...entry, action: { ...action, from: `${fromText(dirname(path))}/${action.from}` as ByteString } };
  };
  return [...earlier, ...readManifest(textOf(path), path).map(beside)];
}

/** `-pf FILE`. */
export function pseudoFileOf(path: string, earlier: readonly ManifestEntry[] = []): ManifestEntry[] {
  return [...earlier, ...readPseudoDefinitions(textOf(path), path, machineOwners())];
}

/** `-p DEFINITION`. */
export function pseudoDefinitionOf(text: string, earlier: readonly ManifestEntry[] = []): ManifestEntry[] {
  return [...earlier, ...readPseudoDefinitions(fromText(text), 'definition', machineOwners())];
}

function textOf(path: string): ByteString {
  return byteStringOf(readInput(path));
}
