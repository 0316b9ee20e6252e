// The entries of a directory that is read: records of one file put together, names in the words of a hierarchy.

import { type ByteString, fromText } from '../../bytes/index.js';
import { UnsupportedError } from '../../errors.js';
import type { Range } from '../../io/index.js';
import {
  type DirectoryRecord,
  FLAG_DIRECTORY,
  FLAG_MULTI_EXTENT,
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
  /** Where the bytes of a file lie. */
  readonly ranges: readonly Range[];
  readonly facts: RockRidgeFacts;
}

const NO_FACTS: RockRidgeFacts = { xattrs: [] };

/** A directory's own record, as its first entry has it. */
export async function ownRecord(volume: Volume, block: number): Promise<DirectoryRecord> {
  const self = readRecord(await volume.bytes({ at: block * BLOCK, length: BLOCK }), 0);
  if (self?.identifier !== SELF) throw damaged('directory', `There is no directory at block ${block}.`);
  return self;
}

/** What the system use fields of a record say in this hierarchy. */
export async function factsOf(volume: Volume, { systemUse }: DirectoryRecord, skip: number): Promise<RockRidgeFacts> {
  return rockRidgeFacts(await useFields(volume, systemUse.subarray(Math.min(skip, systemUse.length))));
}

/** All entries but "." and "..", and those that stand elsewhere in the tree. */
export async function entriesOf(volume: Volume, record: DirectoryRecord, as: HierarchyName): Promise<FoundEntry[]> {
  const bytes = await volume.bytes({ at: record.extent * BLOCK, length: record.size });
  const entries = new Map<ByteString, FoundEntry>();
  for (const records of filesIn(bytes)) {
    const first = records[0]!;
    const facts = as === 'rock-ridge' ? await factsOf(volume, first, volume.skip ?? 0) : NO_FACTS;
    if (facts.isMoved) continue;
    const name = facts.name ?? nameOf(first.identifier, as);
    if (name === '' || name === '.' || name === '..' || /[/\0]/.test(name)) {
      throw damaged('directory', 'A directory has a name that cannot be.');
    }
    // The newest version of a file comes first.
    if (entries.has(name) && as !== 'rock-ridge') continue;
    if (entries.has(name)) throw damaged('directory', 'A directory has a name twice.');
    const ranges = records.map(({ extent, size }) => ({ at: extent * BLOCK, length: size }));
    entries.set(name, { name, isDirectory: (first.flags & FLAG_DIRECTORY) !== 0, record: first, ranges, facts });
  }
  return [...entries.values()];
}

/** Records in turn; those of a file of several extents together. */
function* filesIn(bytes: Uint8Array): Generator<DirectoryRecord[]> {
  let parts: DirectoryRecord[] = [];
  for (let at = 0; at < bytes.length; ) {
    const blockEnd = Math.min(at - (at % BLOCK) + BLOCK, bytes.length);
    const record = readRecord(bytes.subarray(0, blockEnd), at);
    if (!record) {
      at = blockEnd;
      continue;
    }
    at += record.length;
    if (record.identifier === SELF || record.identifier === PARENT) continue;
    if (record.isInterleaved) throw new UnsupportedError('iso9660.interleaved', 'Files of this image are interleaved.');
    if (parts.length > 0 && parts[0]!.identifier !== record.identifier) {
      throw damaged('directory', 'A file of several extents has no last one.');
    }
    parts.push(record);
    if ((record.flags & FLAG_MULTI_EXTENT) !== 0) continue;
    yield parts;
    parts = [];
  }
  if (parts.length > 0) throw damaged('directory', 'A file of several extents has no last one.');
}

/** An identifier without its version and the dot of an empty extension. */
function nameOf(identifier: ByteString, as: HierarchyName): ByteString {
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
