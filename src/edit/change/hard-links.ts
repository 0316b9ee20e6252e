// The names of one file in a hierarchy (hard links). They share its mode and owner. A name that is given another file leaves the others.

import { fileIdentifierHead } from '../../format/udf/index.js';
import type { Node } from '../../tree/index.js';
import { type AttributeValues, type Entry, type Folder, foldersOf } from '../kept/entries.js';
import type { EditedTree } from './edited-tree.js';

/** One name of a file. */
export interface LinkedName {
  readonly folder: Folder;
  readonly entry: Entry;
}

/** How many names each file with several names has; see {@link fileKey}. */
export type NameCounts = ReadonlyMap<FileKey, number>;

type FileKey = string | Node;

/** All names of the file that an entry shows, this one included. */
export function namesOf(edited: EditedTree, own: LinkedName): LinkedName[] {
  const key = fileKey(edited, own.entry);
  if (key === undefined) return [own];
  const names: LinkedName[] = [];
  for (const folder of foldersOf(edited.tree.root)) {
    for (const entry of folder.all()) if (fileKey(edited, entry) === key) names.push({ folder, entry });
  }
  return isAmbiguous(key, own.entry, names.length) ? [own] : names;
}

/** The names that a hierarchy has now. */
export function countNames(edited: EditedTree): NameCounts {
  const counts = new Map<FileKey, number>();
  for (const folder of foldersOf(edited.tree.root)) {
    for (const entry of folder.all()) {
      const key = fileKey(edited, entry);
      if (key !== undefined) counts.set(key, (counts.get(key) ?? 0) + 1);
    }
  }
  return counts;
}

/**
 * Makes every name that was given another file a separate file in Rock Ridge, and counts the names that the others still have; `before`
 * is what {@link countNames} said of the old disc.
 */
export function settleLinks(edited: EditedTree, before: NameCounts): void {
  if (edited.tree.kind !== 'rock-ridge') return;
  const now = countNames(edited);
  for (const folder of foldersOf(edited.tree.root)) {
    folder.update((entry) => {
      const values = linkValues(edited, entry, before, now);
      return values ? { ...entry, changed: { ...entry.changed, ...values } } : entry;
    });
  }
}

function linkValues(
  edited: EditedTree,
  entry: Entry,
  before: NameCounts,
  now: NameCounts,
): AttributeValues | undefined {
  const links = storedLinks(entry);
  if (entry.folder || links < 2) return undefined;
  if (isReplaced(edited, entry)) return { links: 1, serial: edited.nextSerial++ };
  const key = fileKey(edited, entry);
  if (key === undefined) return undefined;
  const old = before.get(key) ?? links;
  const gone = old - now.get(key)!;
  return gone > 0 && !isAmbiguous(key, entry, old) ? { links: Math.max(links - gone, 1) } : undefined;
}

function storedLinks(entry: Entry): number {
  return (entry.records ? entry.facts.links : entry.links) ?? 1;
}

function isReplaced({ serials }: EditedTree, entry: Entry): boolean {
  return entry.records ? entry.attributes !== undefined : !serials.has(entry.node);
}

/** Without serial numbers, links are known by their bytes, which other files may share; of links there are not more than the count says. */
function isAmbiguous(key: FileKey, entry: Entry, names: number): boolean {
  return typeof key === 'string' && key.startsWith('data ') && names > storedLinks(entry);
}

/** The same for all names of one file; undefined for a file with one name. */
function fileKey(edited: EditedTree, entry: Entry): FileKey | undefined {
  if (entry.folder) return undefined;
  if (!entry.records) return entry.links > 1 ? entry.node : undefined;
  if (isReplaced(edited, entry)) return undefined;
  if (edited.tree.kind === 'udf') return `entry ${fileIdentifierHead.decode(entry.records[0]!).entry.block}`;
  const { serial = 0, links = 1, mode, uid, gid } = entry.facts;
  if (links < 2) return undefined;
  if (serial > 0) return `serial ${serial}`;
  const block = entry.data?.old;
  return block === undefined ? undefined : `data ${[block, links, mode, uid, gid].join()}`;
}
