// A hierarchy is one view of the tree: the primary one with Rock Ridge, or Joliet's. It is laid out once, by lengths alone,
// and rendered as often as there are address systems on the disc (whole medium, partition).

import { alignUp, type ByteString, compareBytes, divCeil } from '../../bytes/index.js';
import { InvalidInputError } from '../../errors.js';
import { type Content, contentLimit } from '../../io/index.js';
import { type Directory, type FileTree, joinPath, type Loss, LossLog, type Node } from '../../tree/index.js';
import { MAX_RECORD, recordHeadLength, recordLength, SELF } from './directory-record.js';
import { type EntryRange, EntryTable, type HierarchyEntry } from './entry-table.js';
import { FieldRun } from './field-run.js';
import { BLOCK, EXTENT_BYTES, MAX_DIRECTORIES } from './geometry.js';
import { compareParts } from './iso-name.js';
import { identify, type NameScheme } from './naming.js';
import { pathTableEntryLength } from './path-table.js';
import { type RecordedDirectory, type RecordRules, visitRecords } from './records.js';
import { movedIn, type Relocation } from './relocation.js';
import { ContinuationArea, type Spread } from './susp.js';
import type { SystemUse } from './system-use.js';

const LEFT_OUT = 'Links, devices, pipes and sockets are left out of Joliet, which Windows reads.';
const CHANGED = 'Names are cut or changed in Joliet, which Windows reads.';

/** One directory of a hierarchy, laid out. */
export interface HierarchyDirectory {
  readonly node: Directory<Content>;
  readonly identifier: ByteString;
  /** Index of the parent; the root is its own parent. */
  readonly parent: number;
  /** Its entries in the hierarchy's table. */
  readonly range: EntryRange;
  /** Bytes of all records, whole blocks. */
  readonly size: number;
  /** Blocks after the records that hold continued system use fields. */
  readonly continuationBlocks: number;
  /** First block, counted from the start of the hierarchy's directories. */
  readonly block: number;
}

export interface Hierarchy {
  readonly kind: 'primary' | 'joliet';
  /** In path table order: the root first, then level by level. */
  readonly directories: readonly HierarchyDirectory[];
  readonly entries: EntryTable;
  /** Index in `directories` of every directory node. */
  readonly indexOf: ReadonlyMap<Directory<Content>, number>;
  /** Blocks of all directories together. */
  readonly directoryBlocks: number;
  /** Bytes. */
  readonly pathTableSize: number;
  readonly systemUse: SystemUse | undefined;
  /** Most extents a file may have: one below interchange level 3. */
  readonly multiExtent: boolean;
  /** Indexes in the order in which the directories are on the disc. */
  readonly placed: readonly number[];
  /** Deep directories that were moved up. */
  readonly relocation: Relocation | undefined;
  /** Names of Joliet that differ from those of the tree, and entries that it has no place for. */
  readonly losses: readonly Loss[];
}

export interface HierarchyOptions {
  readonly kind: 'primary' | 'joliet';
  readonly names: NameScheme;
  readonly systemUse?: SystemUse;
  readonly multiExtent: boolean;
  /** Whether {@link refuseLongPaths} will check the paths. */
  readonly strict: boolean;
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
  // Names are part of system use fields, and of the errors about large files and long paths.
  const table = new EntryTable(options.systemUse !== undefined || !options.multiExtent || options.strict);
  const fields = new FieldRun();
  const rules = { entries: table, systemUse: options.systemUse, relocation: options.relocation };
  let pathTableSize = 0;
  const losses = new LossLog();
  for (let index = 0; index < queue.length; index++) {
    const { node, identifier, parent, path } = queue[index]!;
    if (index >= MAX_DIRECTORIES) throw tooManyDirectories(path);
    indexOf.set(node, index);
    const entries = sortedEntries(node, path as ByteString, options, losses);
    const range = table.add(entries);
    const directory = { node, parent: index === 0 ? node : measured[parent]!.node, isRoot: index === 0, range };
    const sizes = measure(directory, path, rules, options.multiExtent, fields);
    measured.push({ node, identifier, parent, range, ...sizes });
    pathTableSize += pathTableEntryLength(identifier);
    for (const { node: child, name, identifier } of entries) {
      if (child.kind !== 'directory' || movedIn(node, child, options.relocation) === 'away') continue;
      queue.push({ node: child, identifier, parent: index, path: joinPath(path, name) });
    }
  }
  const placed = placedOrder(measured, indexOf, options.relocation);
  const { directories, blocks } = placeDirectories(measured, placed);
  return {
    kind: options.kind,
    directories,
    entries: table,
    indexOf,
    directoryBlocks: blocks,
    pathTableSize,
    systemUse: options.systemUse,
    multiExtent: options.multiExtent,
    placed,
    relocation: options.relocation,
    losses: losses.list(),
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

function sortedEntries(
  dir: Directory<Content>,
  path: ByteString,
  options: HierarchyOptions,
  losses: LossLog,
): HierarchyEntry[] {
  const { names, relocation, kind } = options;
  const shown: { name: ByteString; node: Node<Content>; isDirectory: boolean }[] = [];
  for (const [name, node] of dir.entries) {
    if (options.shows && !options.shows(node)) {
      if (kind === 'joliet') losses.add('joliet.special-file', LEFT_OUT, joinPath(path, name));
      continue;
    }
    shown.push({ name, node, isDirectory: node.kind === 'directory' && movedIn(dir, node, relocation) !== 'away' });
  }
  const entries = identify(shown, names).map((parts, i) => {
    const { name, node, isDirectory } = shown[i]!;
    const identifier = names.identifier(parts, isDirectory);
    const home = node.kind === 'directory' && dir === relocation?.holder ? relocation.names.get(node) : undefined;
    if (kind === 'joliet' && !names.isExact(name, parts)) losses.add('joliet.name', CHANGED, joinPath(path, name));
    return { parts, identifier, name: home ?? name, node };
  });
  if (kind === 'joliet') return entries.sort((a, b) => compareBytes(a.identifier, b.identifier));
  return entries.sort((a, b) => compareParts(a.parts, b.parts));
}

/** Adds up records with their fields exactly as rendering will place them. */
function measure(
  directory: RecordedDirectory,
  path: string,
  rules: RecordRules,
  multiExtent: boolean,
  fields: FieldRun,
): Pick<HierarchyDirectory, 'size' | 'continuationBlocks'> {
  const area = new ContinuationArea();
  let end = 0;
  visitRecords(directory, rules, fields, NO_BLOCK, (identifier, node, _, name) => {
    const records = node.kind === 'file' ? extentCount(contentLimit(node.content)) : 1;
    if (records > 1 && !multiExtent) throw fileTooLarge(joinPath(path, name));
    const length = recordLength(identifier, spreadIn(area, identifier, fields).inlineLength);
    for (let i = 0; i < records; i++) end = placeRecord(end, length) + length;
  });
  return { size: alignUp(end, BLOCK), continuationBlocks: area.blocks };
}

const NO_BLOCK = () => 0;

/** Where a record of `length` bytes goes when `end` bytes are used: no record crosses a block. */
export function placeRecord(end: number, length: number): number {
  return (end % BLOCK) + length > BLOCK ? alignUp(end, BLOCK) : end;
}

/** Spreads system use fields over a record with this identifier and the continuation area. */
export function spreadIn(area: ContinuationArea, identifier: ByteString, fields: FieldRun): Spread {
  return area.spread(fields, MAX_RECORD - recordHeadLength(identifier));
}

function tooManyDirectories(path: string): InvalidInputError {
  return new InvalidInputError(
    'iso9660.too-many-directories',
    `The tree has more than ${MAX_DIRECTORIES} directories, which path tables of ISO 9660 cannot number.`,
    { path, hint: 'Put a part of the tree into a separate image, such as squashfs.' },
  );
}

function fileTooLarge(path: string): InvalidInputError {
  const message = `Below interchange level 3 no file may have more than ${EXTENT_BYTES} bytes.`;
  return new InvalidInputError('iso9660.file-too-large', message, {
    path,
    hint: 'Choose level 3.',
  });
}
