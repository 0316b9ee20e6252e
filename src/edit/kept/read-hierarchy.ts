// Reads one hierarchy of a disc record by record. Nothing is interpreted that can be kept unchanged.

import { type ByteString, divCeil } from '../../bytes/index.js';
import { InvalidImageError, UnsupportedError } from '../../errors.js';
import {
  BLOCK,
  type DirectoryRecord,
  FLAG_DIRECTORY,
  FLAG_MULTI_EXTENT,
  type FoundRecord,
  type HierarchyName,
  nameOf,
  PARENT,
  type RockRidgeFacts,
  readRecord,
  rockRidgeFacts,
  SELF,
  useFields,
} from '../../format/iso9660/index.js';
import { NAME_UNITS } from '../../io/index.js';
import { joinPath } from '../../tree/index.js';
import { type Data, Folder, type KeptEntry } from './entries.js';
import type { MetadataReader } from './metadata-reader.js';

/** The rules by which the names of a hierarchy are read. */
export type HierarchyKind = HierarchyName;

/** The root directory as a volume descriptor names it, and the origin of its addresses. */
export interface HierarchyStart {
  readonly kind: HierarchyKind;
  /** Block that its addresses are relative to. */
  readonly origin: number;
  readonly root: DirectoryRecord;
}

export interface KeptTree {
  readonly kind: HierarchyKind | 'udf';
  readonly origin: number;
  readonly root: Folder;
  /** Bytes before the system use fields of every record; of Rock Ridge only. */
  readonly skip: number;
  /** `1.12` if its records have serial numbers. */
  readonly version: '1.10' | '1.12';
  /** The largest serial number. */
  readonly lastSerial: number;
  /** Directories by their first block, counted from the start of the disc. */
  readonly folders: ReadonlyMap<number, Folder>;
}

const FLAG_ASSOCIATED = 0x04;
const ROOT = '' as ByteString;
/** Fields with an address: of a continuation, of a directory that was moved up, of its original parent. */
const POINTING = ['CE', 'CL', 'PL'];
const NO_FACTS: RockRidgeFacts = { xattrs: [] };

/** Reads all directories from the root on. Throws {@link InvalidImageError} for records that are damaged. */
export async function readHierarchy(
  reader: MetadataReader,
  start: HierarchyStart,
  dataAt: (block: number, size: number) => Data,
): Promise<KeptTree> {
  const { origin, root } = start;
  const first = await reader.bytes({ at: (root.extent + origin) * BLOCK, length: BLOCK });
  const self = recordAt(first, 0);
  const skip = start.kind === 'joliet' ? undefined : await skipOf(reader, self);
  const kind = start.kind === 'iso9660' && skip !== undefined ? 'rock-ridge' : start.kind;
  const walker = new Walker(reader, { ...start, kind }, skip ?? 0, dataAt);
  const folder = await walker.readAll();
  const px = kind === 'rock-ridge' ? (await useFields(reader, self.systemUse)).find(isPx) : undefined;
  return {
    kind,
    origin,
    root: folder,
    skip: skip ?? 0,
    version: px && px.data.length >= 40 ? '1.12' : '1.10',
    lastSerial: walker.lastSerial,
    folders: walker.folders,
  };
}

const isPx = ({ signature }: { signature: string }) => signature === 'PX';

/** From SP in the root's own record; undefined without system use fields. */
async function skipOf(reader: MetadataReader, self: FoundRecord): Promise<number | undefined> {
  const sp = (await useFields(reader, self.systemUse)).find(({ signature }) => signature === 'SP');
  return sp && sp.data[0] === 0xbe && sp.data[1] === 0xef ? (sp.data[2] ?? 0) : undefined;
}

function recordAt(bytes: Uint8Array, at: number): FoundRecord {
  const record = readRecord(bytes, at);
  if (!record) throw new InvalidImageError('edit.directory', 'A directory has no records about itself.');
  return record;
}

class Walker {
  readonly #reader: MetadataReader;
  readonly #start: HierarchyStart;
  readonly #skip: number;
  readonly #dataAt: (block: number, size: number) => Data;
  readonly folders = new Map<number, Folder>();
  lastSerial = 0;

  constructor(
    reader: MetadataReader,
    start: HierarchyStart,
    skip: number,
    dataAt: (block: number, size: number) => Data,
  ) {
    this.#reader = reader;
    this.#start = start;
    this.#skip = skip;
    this.#dataAt = dataAt;
  }

  async readAll(): Promise<Folder> {
    const root = await this.#open(this.#start.root, ROOT, undefined);
    const queue = [root];
    for (const { folder, bytes } of queue) {
      for (const records of groups(bytes)) {
        const entry = await this.#entry(folder, records, queue);
        folder.entries.push(entry);
      }
    }
    return root.folder;
  }

  async #open({ extent, size }: DirectoryRecord, path: ByteString, parent: Folder | undefined): Promise<Open> {
    const block = extent + this.#start.origin;
    const bytes = await this.#reader.bytes({ at: block * BLOCK, length: divCeil(size, BLOCK) * BLOCK });
    const self = recordAt(bytes, 0);
    const up = self.identifier === SELF ? recordAt(bytes, self.length) : self;
    if (up.identifier !== PARENT || this.folders.has(block)) {
      const message =
        'A directory of the disc is damaged: it does not begin with the records of itself and its parent.';
      throw new InvalidImageError('edit.directory', message, { at: block * BLOCK });
    }
    const at = self.length;
    const records = {
      block,
      size,
      self: bytes.slice(0, at),
      parent: bytes.slice(at, at + up.length),
      selfFields: await this.#movableFields(self, parent === undefined),
      parentFields: await this.#movableFields(up, false),
    };
    const folder = new Folder(path, parent, records);
    this.folders.set(block, folder);
    return { folder, bytes };
  }

  async #entry(parent: Folder, raw: readonly Uint8Array[], queue: Open[]): Promise<KeptEntry> {
    this.#reader.work.spend(NAME_UNITS);
    const records = raw.map((bytes) => recordAt(bytes, 0));
    const first = records[0]!;
    const facts = await this.#facts(first);
    const name = facts.name ?? shownName(first, this.#start.kind);
    this.lastSerial = Math.max(this.lastSerial, facts.serial ?? 0);
    const isDirectory = (first.flags & FLAG_DIRECTORY) !== 0;
    const opened = isDirectory ? await this.#open(first, joinPath(parent.path, name), parent) : undefined;
    if (opened) queue.push(opened);
    const size = records.reduce((sum, record) => sum + record.size, 0);
    const hasData = !isDirectory && size > 0;
    if (hasData && !follows(records)) {
      const message = 'The parts of a file are apart from each other on the disc, or in units with gaps between them.';
      throw new UnsupportedError('edit.parts', message, { path: joinPath(parent.path, name) });
    }
    const data = hasData ? this.#dataAt(first.extent + this.#start.origin, size) : undefined;
    const { identifier } = first;
    const fields = await this.#movableFields(first, false);
    return { name, identifier, folder: opened?.folder, records: raw, facts, fields, data, attributes: undefined };
  }

  /** All fields of a record if some of them have addresses ({@link POINTING}). In the first record of a disc no bytes are skipped. */
  async #movableFields(record: FoundRecord, isFirst: boolean): Promise<Uint8Array[] | undefined> {
    if (this.#start.kind !== 'rock-ridge') return undefined;
    const skip = isFirst ? 0 : this.#skip;
    const use = record.systemUse.subarray(skip);
    if (!POINTING.some((signature) => hasField(use, signature))) return undefined;
    const fields = await useFields(this.#reader, use);
    return [record.systemUse.subarray(0, skip), ...fields.map(({ bytes }) => bytes.slice())];
  }

  async #facts(record: FoundRecord): Promise<RockRidgeFacts> {
    if (this.#start.kind !== 'rock-ridge') return NO_FACTS;
    return rockRidgeFacts(await useFields(this.#reader, record.systemUse.subarray(this.#skip)));
  }
}

interface Open {
  readonly folder: Folder;
  readonly bytes: Uint8Array;
}

/** Whether a record itself has a field; continuation areas are not searched. */
function hasField(use: Uint8Array, signature: string): boolean {
  for (let at = 0; at + 4 <= use.length && use[at + 2]! >= 4; at += use[at + 2]!) {
    if (String.fromCharCode(use[at]!, use[at + 1]!) === signature) return true;
  }
  return false;
}

/** The records after "." and "..", grouped by file. */
function* groups(bytes: Uint8Array): Generator<Uint8Array[]> {
  let group: Uint8Array[] = [];
  let index = 0;
  for (let at = 0; at < bytes.length; ) {
    const record = readRecord(bytes, at);
    if (!record) {
      at = (Math.floor(at / BLOCK) + 1) * BLOCK;
      continue;
    }
    if (index++ >= 2) {
      group.push(bytes.slice(at, at + record.length));
      if ((record.flags & FLAG_MULTI_EXTENT) === 0) {
        yield group;
        group = [];
      }
    }
    at += record.length;
  }
  if (group.length > 0) yield group;
}

/** Whether the extents of a file follow each other without gaps. */
function follows(records: readonly FoundRecord[]): boolean {
  return records.every((record, i) => {
    const next = records[i + 1];
    if (record.isInterleaved) return false;
    return next === undefined || (record.size % BLOCK === 0 && record.extent + record.size / BLOCK === next.extent);
  });
}

/** The name without a version number. An associated file, which systems hide, gets a name with a slash, which no path matches. */
function shownName({ identifier, flags }: FoundRecord, kind: HierarchyKind): ByteString {
  return (flags & FLAG_ASSOCIATED) === 0 ? nameOf(identifier, kind) : (`/${identifier}` as ByteString);
}
