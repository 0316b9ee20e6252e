// A hierarchy is one view of the tree: the primary one with Rock Ridge, or Joliet's. It is laid out once, by lengths alone,
// and rendered as often as there are address systems on the disc (whole medium, partition).

import { alignUp, type ByteString, compareBytes, divCeil } from '../../bytes/index.js';
import { InvalidInputError } from '../../errors.js';
import { type Content, contentLimit } from '../../io/index.js';
import { type Directory, type FileTree, joinPath, type Node } from '../../tree/index.js';
import { MAX_RECORD, PARENT, recordHeadLength, recordLength, SELF } from './directory-record.js';
import { BLOCK, EXTENT_BYTES, MAX_DIRECTORIES } from './geometry.js';
import { compareParts } from './iso-name.js';
import { identify, type NameScheme } from './naming.js';
import { pathTableEntryLength } from './path-table.js';
import { LINK_LENGTH, RELOCATED, type Relocation } from './relocation.js';
import { ContinuationArea, type Spread } from './susp.js';
import type { SystemUse } from './system-use.js';

/** One name in a directory of a hierarchy. */
export interface HierarchyEntry {
  readonly identifier: ByteString;
  readonly name: ByteString;
  readonly node: Node<Content>;
  /** A directory that lies elsewhere, or that belongs elsewhere: see relocation.ts. */
  readonly moved?: 'away' | 'here';
}

/** One directory of a hierarchy, laid out. */
export interface HierarchyDirectory {
  readonly node: Directory<Content>;
  readonly identifier: ByteString;
  /** Index of the parent; the root is its own parent. */
  readonly parent: number;
  /** In the order of their records. */
  readonly entries: readonly HierarchyEntry[];
  /** Bytes of all records, whole blocks. */
  readonly size: number;
  /** Blocks behind the records that hold continued system use fields. */
  readonly continuationBlocks: number;
  /** First block, counted from the start of the hierarchy's directories. */
  readonly block: number;
}

export interface Hierarchy {
  readonly kind: 'primary' | 'joliet';
  /** In path table order: the root first, then level by level. */
  readonly directories: readonly HierarchyDirectory[];
  /** Index in `directories` of every directory node. */
  readonly indexOf: ReadonlyMap<Directory<Content>, number>;
  /** Blocks of all directories together. */
  readonly directoryBlocks: number;
  /** Bytes. */
  readonly pathTableSize: number;
  readonly systemUse: SystemUse | undefined;
  /** Most extents a file may have: one below interchange level 3. */
  readonly multiExtent: boolean;
  /** Indexes in the order in which the directories lie on the disc. */
  readonly placed: readonly number[];
  /** Each directory that was moved, and the directory it belongs to. */
  readonly movedFrom: ReadonlyMap<Directory<Content>, Directory<Content>>;
}

export interface HierarchyOptions {
  readonly kind: 'primary' | 'joliet';
  readonly names: NameScheme;
  readonly systemUse?: SystemUse;
  readonly multiExtent: boolean;
  /** Which entries appear; all where absent. */
  readonly shows?: (node: Node<Content>) => boolean;
  /** Deep directories that were moved up in this tree; needs system use fields. */
  readonly relocation?: Relocation;
}

/** Lays out a hierarchy. Throws {@link InvalidInputError} when there are more directories than a path table can number. */
export function planHierarchy(tree: FileTree<Content>, options: HierarchyOptions): Hierarchy {
  const measured: Omit<HierarchyDirectory, 'block'>[] = [];
  const indexOf = new Map<Directory<Content>, number>();
  const queue = [{ node: tree.root, identifier: SELF, parent: 0, path: '' }];
  let pathTableSize = 0;
  for (let index = 0; index < queue.length; index++) {
    const { node, identifier, parent, path } = queue[index]!;
    if (index >= MAX_DIRECTORIES) throw tooManyDirectories(path);
    indexOf.set(node, index);
    const entries = sortedEntries(node, options);
    measured.push({ node, identifier, parent, entries, ...measure(node, index === 0, entries, options, path) });
    pathTableSize += pathTableEntryLength(identifier);
    for (const entry of entries) {
      if (entry.node.kind !== 'directory' || entry.moved === 'away') continue;
      queue.push({ node: entry.node, identifier: entry.identifier, parent: index, path: joinPath(path, entry.name) });
    }
  }
  const placed = placedOrder(measured, indexOf, options.relocation);
  const { directories, blocks } = placeDirectories(measured, placed);
  return {
    kind: options.kind,
    directories,
    indexOf,
    directoryBlocks: blocks,
    pathTableSize,
    systemUse: options.systemUse,
    multiExtent: options.multiExtent,
    placed,
    movedFrom: options.relocation?.parents ?? new Map(),
  };
}

/**
 * The order of the path table; with moved directories the root, then everything in the directory that holds them, then the
 * rest. libarchive finds a directory that was moved out of a moved one only in that order.
 */
function placedOrder(
  directories: readonly Omit<HierarchyDirectory, 'block'>[],
  indexOf: ReadonlyMap<Directory<Content>, number>,
  relocation: Relocation | undefined,
): number[] {
  const holder = relocation?.holder && indexOf.get(relocation.holder);
  if (holder === undefined) return Array.from(directories.keys());
  const isHeld = directories.map((_, index) => index === holder);
  // Parents come before their children in a path table.
  for (const [index, { parent }] of directories.entries()) isHeld[index] ||= isHeld[parent]!;
  const [held, rest]: [number[], number[]] = [[], []];
  for (const index of directories.keys()) if (index > 0) (isHeld[index] ? held : rest).push(index);
  return [0, ...held, ...rest];
}

function placeDirectories(
  measured: readonly Omit<HierarchyDirectory, 'block'>[],
  placed: readonly number[],
): { directories: HierarchyDirectory[]; blocks: number } {
  const first = new Array<number>(measured.length);
  let blocks = 0;
  for (const index of placed) {
    first[index] = blocks;
    blocks += measured[index]!.size / BLOCK + measured[index]!.continuationBlocks;
  }
  return { directories: measured.map((dir, i) => ({ ...dir, block: first[i]! })), blocks };
}

/** Blocks of one path table of the hierarchy. */
export function pathTableBlocks(hierarchy: Hierarchy): number {
  return divCeil(hierarchy.pathTableSize, BLOCK);
}

/** How many extents, and so records, a file of `size` bytes takes. */
export function extentCount(size: number): number {
  return Math.max(1, divCeil(size, EXTENT_BYTES));
}

function sortedEntries(dir: Directory<Content>, options: HierarchyOptions): HierarchyEntry[] {
  const shown: (Pick<HierarchyEntry, 'name' | 'node' | 'moved'> & { isDirectory: boolean })[] = [];
  for (const [name, node] of dir.entries) {
    if (options.shows && !options.shows(node)) continue;
    const moved = movedIn(dir, node, options.relocation);
    const isDirectory = node.kind === 'directory' && moved !== 'away';
    shown.push({ name, node, isDirectory, ...(moved ? { moved } : {}) });
  }
  const parts = identify(shown, options.names);
  const entries = shown.map(({ isDirectory, ...entry }, i) => {
    const identifier = options.names.identifier(parts[i]!, isDirectory);
    const { node, moved, name } = entry;
    const home = moved === 'here' && node.kind === 'directory' ? options.relocation?.names.get(node) : undefined;
    return { parts: parts[i]!, entry: { ...entry, identifier, name: home ?? name } };
  });
  if (options.kind === 'joliet') entries.sort((a, b) => compareBytes(a.entry.identifier, b.entry.identifier));
  else entries.sort((a, b) => compareParts(a.parts, b.parts));
  return entries.map(({ entry }) => entry);
}

function movedIn(
  dir: Directory<Content>,
  node: Node<Content>,
  relocation: Relocation | undefined,
): HierarchyEntry['moved'] {
  if (!relocation?.holder || node.kind !== 'directory') return undefined;
  if (!relocation.parents.has(node)) return undefined;
  return dir === relocation.holder ? 'here' : 'away';
}

/** Adds up record lengths exactly as rendering will place them. */
function measure(
  node: Directory<Content>,
  isRoot: boolean,
  entries: readonly HierarchyEntry[],
  options: HierarchyOptions,
  path: string,
): { size: number; continuationBlocks: number } {
  const area = new ContinuationArea();
  const use = options.systemUse;
  let end = 0;
  const add = (identifier: ByteString, lengths: readonly number[] | undefined, records: number) => {
    const length = recordLength(identifier, lengths ? spreadIn(area, identifier, lengths).inlineLength : 0);
    for (let i = 0; i < records; i++) end = placeRecord(end, length) + length;
  };
  add(SELF, use?.selfLengths(node, isRoot), 1);
  const isMoved = options.relocation?.parents.has(node) ?? false;
  add(PARENT, use && [...use.selfLengths(node, false), ...(isMoved ? [LINK_LENGTH] : [])], 1);
  for (const entry of entries) {
    const records = entry.node.kind === 'file' ? extentCount(contentLimit(entry.node.content)) : 1;
    if (records > 1 && !options.multiExtent) throw fileTooLarge(joinPath(path, entry.name));
    const extra = entry.moved === 'here' ? [RELOCATED.length] : entry.moved === 'away' ? [LINK_LENGTH] : [];
    add(entry.identifier, use && [...use.entryLengths(entry.node, entry.name), ...extra], records);
  }
  return { size: alignUp(end, BLOCK), continuationBlocks: area.blocks };
}

/** Where a record of `length` bytes goes when `end` bytes are used: no record crosses a block. */
export function placeRecord(end: number, length: number): number {
  return (end % BLOCK) + length > BLOCK ? alignUp(end, BLOCK) : end;
}

/** Spreads system use fields over a record with this identifier and the continuation area. */
export function spreadIn(area: ContinuationArea, identifier: ByteString, lengths: readonly number[]): Spread {
  return area.spread(lengths, MAX_RECORD - recordHeadLength(identifier));
}

function tooManyDirectories(path: string): InvalidInputError {
  return new InvalidInputError(
    'iso9660.too-many-directories',
    `The tree has more than ${MAX_DIRECTORIES} directories, and path tables of ISO 9660 cannot number more.`,
    { path, hint: 'Put a part of the tree into an image of its own, such as squashfs.' },
  );
}

function fileTooLarge(path: string): InvalidInputError {
  return new InvalidInputError('iso9660.file-too-large', 'Below interchange level 3 no file may have 4 GiB or more.', {
    path,
    hint: 'Choose level 3.',
  });
}
