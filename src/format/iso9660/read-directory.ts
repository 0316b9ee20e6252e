// The entries of a directory that is read: records of one file put together, names of a hierarchy.

import { type ByteString, displayText, fromText } from '../../bytes/index.js';
import { InvalidImageError } from '../../errors.js';
import { NAME_UNITS, type Range } from '../../io/index.js';
import {
  type DirectoryRecord,
  FLAG_DIRECTORY,
  FLAG_MULTI_EXTENT,
  type FoundRecord,
  isRecord,
  PARENT,
  readRecord,
  SELF,
} from './directory-record.js';
import { BLOCK } from './geometry.js';
import { type RockRidgeFacts, rockRidgeFacts } from './read-rock-ridge.js';
import { useFields } from './read-system-use.js';
import { damaged, type HierarchyName, type Volume } from './read-volume.js';

/** One name in a directory. */
export interface FoundEntry {
  readonly name: ByteString;
  readonly isDirectory: boolean;
  /** The first record. */
  readonly record: DirectoryRecord;
  /** Where the bytes of a file are. */
  readonly ranges: readonly Range[];
  readonly facts: RockRidgeFacts;
  /** Why the bytes cannot be read; absent if they can. */
  readonly fault?: string;
}

const NO_FACTS: RockRidgeFacts = { xattrs: [] };

/** A directory's own record, as its first entry has it. */
export async function ownRecord(volume: Volume, block: number): Promise<DirectoryRecord> {
  const self = readRecord(await volume.bytes({ at: block * BLOCK, length: BLOCK }), 0);
  if (self?.identifier !== SELF) throw damaged('directory', `There is no directory at block ${block}.`);
  return self;
}

/** The values of a record's system use fields in this hierarchy. */
export async function factsOf(volume: Volume, { systemUse }: DirectoryRecord, skip: number): Promise<RockRidgeFacts> {
  return rockRidgeFacts(await useFields(volume, systemUse.subarray(Math.min(skip, systemUse.length))));
}

/**
 * All entries but "." and "..". Those that no system can show are left out or renamed, with a remark: one odd entry does not
 * close a disc.
 */
export async function entriesOf(volume: Volume, record: DirectoryRecord, as: HierarchyName): Promise<FoundEntry[]> {
  const bytes = await volume.bytes({ at: record.extent * BLOCK, length: record.size });
  const entries = new Map<ByteString, FoundEntry>();
  for (const { records, fault } of filesIn(bytes, volume)) {
    volume.work.spend(NAME_UNITS);
    const first = records[0]!;
    const facts = as === 'rock-ridge' ? await lenientFacts(volume, first) : NO_FACTS;
    const name = volume.remarks.possibleName(facts.name ?? nameOf(first.identifier, as));
    if (name === undefined) continue;
    // The newest version of a file comes first.
    if (entries.has(name)) {
      if (as === 'rock-ridge') volume.remarks.addTwice(name);
      continue;
    }
    const ranges = records.map(({ extent, size }) => ({ at: extent * BLOCK, length: size }));
    const isDirectory = (first.flags & FLAG_DIRECTORY) !== 0;
    entries.set(name, { name, isDirectory, record: first, ranges, facts, ...(fault ? { fault } : {}) });
  }
  return [...entries.values()];
}

/** As {@link factsOf}; fields that cannot be read say nothing. */
async function lenientFacts(volume: Volume, record: DirectoryRecord): Promise<RockRidgeFacts> {
  try {
    return await factsOf(volume, record, volume.skip ?? 0);
  } catch (error) {
    if (!(error instanceof InvalidImageError)) throw error;
    volume.remarks.add(`The Rock Ridge fields of ${displayText(record.identifier)} cannot be read: ${error.message}`);
    return NO_FACTS;
  }
}

/** Records of one file, and why its bytes cannot be read. */
interface FileRecords {
  readonly records: readonly DirectoryRecord[];
  readonly fault?: string;
}

/** Records in turn; those of a file of several extents together. */
function* filesIn(bytes: Uint8Array, volume: Volume): Generator<FileRecords> {
  let parts: FoundRecord[] = [];
  for (let at = 0; at < bytes.length; ) {
    const blockEnd = Math.min(at - (at % BLOCK) + BLOCK, bytes.length);
    const block = bytes.subarray(0, blockEnd);
    if (block[at] === 0 || !isRecord(block, at)) {
      if (block[at] !== 0) volume.remarks.add('A block of a directory ends with data that is not a record.');
      at = blockEnd;
      continue;
    }
    const record = readRecord(block, at)!;
    at += record.length;
    if (record.identifier === SELF || record.identifier === PARENT) continue;
    if (parts.length > 0 && parts[0]!.identifier !== record.identifier) {
      yield { records: parts, fault: 'its last extent is missing' };
      parts = [];
    }
    parts.push(record);
    if ((record.flags & FLAG_MULTI_EXTENT) !== 0) continue;
    yield parts.some((part) => part.isInterleaved)
      ? { records: parts, fault: 'its bytes are interleaved with others' }
      : { records: parts };
    parts = [];
  }
  if (parts.length > 0) yield { records: parts, fault: 'its last extent is missing' };
}

/** An identifier without its version and the dot of an empty extension. */
export function nameOf(identifier: ByteString, as: HierarchyName): ByteString {
  const text = as === 'joliet' ? ucs2Text(identifier) : identifier;
  return text.replace(/;\d*$/, '').replace(/\.$/, '') as ByteString;
}

function ucs2Text(identifier: ByteString): ByteString {
  let text = '';
  for (let at = 0; at + 1 < identifier.length; at += 2) {
    text += String.fromCharCode(identifier.charCodeAt(at) * 256 + identifier.charCodeAt(at + 1));
  }
  return fromText(text);
}
