// The entries of a tree that FAT can store, with names and times, before they have places.

import { type ByteString, type DosTime, displayText, dosTime } from '../../bytes/index.js';
import { InvalidInputError } from '../../errors.js';
import type { ExactContent } from '../../io/index.js';
import { type Directory, type FileTree, joinPath, type Node } from '../../tree/index.js';
import { longNameEntries } from './directory-entry.js';
import { type FatName, nameEntries } from './names.js';
import type { ResolvedFatOptions } from './options.js';

export interface SurveyedDirectory {
  readonly path: ByteString;
  readonly parent: SurveyedDirectory | undefined;
  readonly time: DosTime;
  /** Directory entries of 32 bytes it takes, long names, label, `.` and `..` included. */
  readonly slots: number;
  readonly entries: readonly SurveyedEntry[];
}

export interface SurveyedFile {
  readonly path: ByteString;
  readonly content: ExactContent;
}

export interface SurveyedEntry {
  readonly name: FatName;
  readonly time: DosTime;
  readonly to: SurveyedDirectory | SurveyedFile;
}

export interface Survey {
  /** Parents before children; the root comes first. */
  readonly directories: readonly SurveyedDirectory[];
  readonly files: readonly SurveyedFile[];
}

/** Sizes are 32 bits. */
const MAX_FILE = 0xffff_ffff;
/** A directory may have 2 MiB of entries. */
const MAX_SLOTS = 65_536;

/** Visits the tree in byte order. Throws {@link InvalidInputError} for what FAT refuses; links and devices are skipped. */
export function surveyTree(tree: FileTree, options: ResolvedFatOptions): Survey {
  const directories: SurveyedDirectory[] = [];
  const files: SurveyedFile[] = [];
  const visitDirectory = (dir: Directory, path: ByteString, parent: SurveyedDirectory | undefined) => {
    const kept = [...dir.entries].filter(([, node]) => node.kind === 'directory' || node.kind === 'file');
    const names = nameEntries(
      kept.map(([name]) => name),
      path,
    );
    const entries: SurveyedEntry[] = [];
    const surveyed = { path, parent, time: timeOf(dir, options), slots: slotsOf(names, parent, options), entries };
    if (surveyed.slots > MAX_SLOTS) throw tooManyEntries(path, surveyed.slots);
    directories.push(surveyed);
    for (const [i, [name, node]] of kept.entries()) {
      const at = joinPath(path, name);
      const to = node.kind === 'directory' ? visitDirectory(node, at, surveyed) : surveyFile(node, at);
      if ('content' in to) files.push(to);
      entries.push({ name: names[i]!, time: timeOf(node, options), to });
    }
    return surveyed;
  };
  visitDirectory(tree.root, '' as ByteString, undefined);
  return { directories, files };
}

function slotsOf(
  names: readonly FatName[],
  parent: SurveyedDirectory | undefined,
  options: ResolvedFatOptions,
): number {
  const labelled = options.label === '' ? 0 : 1;
  return names.reduce((sum, name) => sum + 1 + longNameEntries(name.long ?? ''), parent ? 2 : labelled);
}

function surveyFile(node: Node, path: ByteString): SurveyedFile {
  if (node.kind !== 'file') throw new InvalidInputError('fat.kind', `/${displayText(path)} is not a file.`);
  if (node.content.size > MAX_FILE) {
    const message = `/${displayText(path)} has ${node.content.size} bytes; a file on FAT has at most 4 GiB - 1.`;
    throw new InvalidInputError('fat.file-too-large', message, { path: displayText(path) });
  }
  return { path, content: node.content };
}

function timeOf(node: Node, options: ResolvedFatOptions): DosTime {
  return dosTime(node.kind === 'directory' && node.implied ? options.epoch : node.mtime);
}

function tooManyEntries(path: ByteString, slots: number): InvalidInputError {
  const shown = `/${displayText(path)}`;
  const message = `${shown} needs ${slots} directory entries with its long names; a directory on FAT has at most ${MAX_SLOTS}.`;
  return new InvalidInputError('fat.directory-too-large', message, {
    path: shown,
    hint: 'Spread its entries over several directories.',
  });
}
