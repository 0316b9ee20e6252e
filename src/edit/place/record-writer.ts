// Makes the records of one directory: kept ones with new places, and new ones for added entries.

import { type ByteString, EPOCH_ZERO } from '../../bytes/index.js';
import {
  addEntryFields,
  applySpread,
  BLOCK,
  type ContinuationArea,
  directoryRecordHead,
  EXTENT_BYTES,
  extentCount,
  FieldRun,
  FLAG_DIRECTORY,
  FLAG_MULTI_EXTENT,
  recordLength,
  SELF,
  spreadIn,
  writeRecord,
} from '../../format/iso9660/index.js';
import type { EditedTree } from '../change/edited-tree.js';
import type { AttributeValues, Folder, KeptEntry, NewEntry } from '../kept/entries.js';
import type { Places } from './places.js';
import {
  addLinks,
  extentOf,
  fieldWithAttributes,
  ownFields,
  pointedBlock,
  pointingTo,
  setAttributes,
  setContinues,
  setExtent,
  setSize,
  setTimes,
  withoutZisofs,
  withSystemUse,
} from './record-bytes.js';

export class RecordWriter {
  readonly #edited: EditedTree;
  readonly #folder: Folder;
  readonly #places: Places;
  readonly #area: ContinuationArea;
  readonly #into: Uint8Array | undefined;
  readonly #fields = new FieldRun();

  constructor(
    edited: EditedTree,
    folder: Folder,
    places: Places,
    area: ContinuationArea,
    into: Uint8Array | undefined,
  ) {
    this.#edited = edited;
    this.#folder = folder;
    this.#places = places;
    this.#area = area;
    this.#into = into;
  }

  get #origin(): number {
    return this.#edited.tree.origin;
  }

  /** The record "." or "..": kept for an old directory, made for a new one. */
  own(about: Folder, identifier: ByteString): Uint8Array {
    const { skip } = this.#edited.tree;
    const { block, size } = this.#places.folder(about);
    const { records } = this.#folder;
    if (records) {
      const [raw, fields] =
        identifier === SELF ? [records.self, records.selfFields] : [records.parent, records.parentFields];
      const record = this.#settled(raw, fields, about.changed);
      setExtent(record, block - this.#origin);
      setSize(record, size);
      if (about.linkChange !== 0) addLinks(record, skip, about.linkChange);
      return record;
    }
    this.#startFields();
    if (this.#edited.tree.kind === 'rock-ridge') {
      if (about.node) this.#addNodeFields({ ...about.node, ...about.changed }, undefined, about);
      else {
        for (const field of ownFields(about.records!.self, skip)) {
          this.#fields.append(about.changed ? fieldWithAttributes(field, about.changed) : field);
        }
      }
    }
    const time = about.node?.mtime ?? this.#folder.node?.mtime ?? EPOCH_ZERO;
    const systemUse = this.#spread(identifier);
    return this.#made({ identifier, extent: block - this.#origin, size, time, flags: FLAG_DIRECTORY, systemUse });
  }

  *kept(entry: KeptEntry): Generator<Uint8Array> {
    const { skip } = this.#edited.tree;
    const { folder, data, attributes } = entry;
    if (data?.content || (attributes && !data)) {
      yield* this.#replaced(entry, data?.size ?? 0);
      return;
    }
    for (const raw of entry.records) {
      const record = this.#settled(raw, entry.fields, entry.changed);
      if (folder) {
        const { block, size } = this.#places.folder(folder);
        setExtent(record, block - this.#origin);
        setSize(record, size);
        if (folder.linkChange !== 0) addLinks(record, skip, folder.linkChange);
      } else setExtent(record, this.#places.shift(extentOf(record) + this.#origin) - this.#origin);
      yield record;
    }
  }

  /** One record for each extent of the new content; everything else is copied from the first old record. */
  *#replaced({ records, fields, data, attributes, changed }: KeptEntry, size: number): Generator<Uint8Array> {
    const count = extentCount(size);
    for (let i = 0; i < count; i++) {
      const record = withoutZisofs(this.#settled(records[0]!, fields, changed), this.#edited.tree.skip);
      if (data) setExtent(record, this.#places.data(data) - this.#origin + (i * EXTENT_BYTES) / BLOCK);
      setSize(record, Math.min(EXTENT_BYTES, size - i * EXTENT_BYTES));
      setContinues(record, i < count - 1);
      if (attributes) setTimes(record, this.#edited.tree.skip, attributes);
      yield record;
    }
  }

  *added(entry: NewEntry): Generator<Uint8Array> {
    const { identifier, node, folder, data } = entry;
    this.#startFields();
    if (this.#edited.tree.kind === 'rock-ridge') this.#addNodeFields({ ...node, ...entry.changed }, entry, folder);
    const systemUse = this.#spread(identifier);
    const time = node.mtime;
    if (folder) {
      const { block, size } = this.#places.folder(folder);
      yield this.#made({ identifier, extent: block - this.#origin, size, time, flags: FLAG_DIRECTORY, systemUse });
      return;
    }
    const whole = data?.size ?? 0;
    // As in genisoimage, an empty file has extent 0.
    const first = data ? this.#places.data(data) - this.#origin : 0;
    const count = extentCount(whole);
    for (let i = 0; i < count; i++) {
      const size = Math.min(EXTENT_BYTES, whole - i * EXTENT_BYTES);
      const flags = i < count - 1 ? FLAG_MULTI_EXTENT : 0;
      yield this.#made({ identifier, extent: first + (i * EXTENT_BYTES) / BLOCK, size, time, flags, systemUse });
    }
  }

  /** A copy of a kept record. If all directories get new places, its continued fields are laid out again. */
  #settled(
    raw: Uint8Array,
    fields: readonly Uint8Array[] | undefined,
    changed: AttributeValues | undefined,
  ): Uint8Array {
    if (!fields || !this.#places.isRelaid) {
      const record = raw.slice();
      if (changed) setAttributes(record, this.#edited.tree.skip, changed);
      return record;
    }
    this.#fields.clear();
    for (const field of fields) {
      if (field.length > 0) this.#fields.append(this.#pointed(changed ? fieldWithAttributes(field, changed) : field));
    }
    const { nameLength } = directoryRecordHead.decode(raw);
    const name = '\0'.repeat(nameLength) as ByteString;
    return withSystemUse(raw, this.#spread(name));
  }

  /** A field with the new address of the directory that it points to. */
  #pointed(field: Uint8Array): Uint8Array {
    const { folders, origin } = this.#edited.tree;
    const old = pointedBlock(field);
    const folder = old === undefined ? undefined : folders.get(old + origin);
    return folder ? pointingTo(field, this.#places.folder(folder).block - origin) : field;
  }

  #startFields(): void {
    this.#fields.clear();
    const { skip, kind } = this.#edited.tree;
    if (kind === 'rock-ridge' && skip > 0) this.#fields.append(new Uint8Array(skip));
  }

  #addNodeFields(node: NewEntry['node'], entry: NewEntry | undefined, folder: Folder | undefined): void {
    const { tree, serials } = this.#edited;
    const { links: own, serial } = entry?.changed ?? {};
    const links = folder ? 2 + subfolders(folder) : (own ?? entry?.links ?? 1);
    const facts = { links, serial: serial ?? serials.get(entry?.node ?? node) ?? entry?.serial ?? 0 };
    addEntryFields(this.#fields, node, entry?.name, facts, tree.version);
  }

  #spread(identifier: ByteString): Uint8Array {
    const spread = spreadIn(this.#area, identifier, this.#fields);
    // While a directory is measured, only the length matters.
    if (!this.#into) return new Uint8Array(spread.inlineLength);
    const block = this.#places.folder(this.#folder).continuation - this.#origin;
    return applySpread(spread, this.#fields, this.#into, block).slice();
  }

  #made(record: Parameters<typeof writeRecord>[0]): Uint8Array {
    const bytes = new Uint8Array(recordLength(record.identifier, record.systemUse.length));
    writeRecord(record, bytes, 0);
    return bytes;
  }
}

function subfolders(folder: Folder): number {
  return folder.entries.reduce((count, { folder: child }) => count + (child ? 1 : 0), 0);
}
