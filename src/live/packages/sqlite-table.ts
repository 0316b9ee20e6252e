// The rows of a table in a database file of SQLite (https://www.sqlite.org/fileformat2.html §1.3, §1.5, §1.6 and §2).

import { InvalidImageError } from '../../errors.js';

/** A value of a row; numbers of floating point are not read. */
export type SqliteValue = number | string | Uint8Array | undefined;

const HEADER_SIZE = 100;
const PAGE_SIZE_AT = 16;
const RESERVED_AT = 20;
/** Page types of b-trees of tables. */
const [INTERIOR, LEAF] = [0x05, 0x0d];
/** Bytes of integers by their serial types. */
const INTEGERS: readonly number[] = [0, 1, 2, 3, 4, 6, 8];
const SCHEMA_PAGE = 1;
/** Columns of the schema table: name, and page of the root. */
const [NAME, ROOT] = [1, 3];

/** The rows of a table in the order of their row ids. Throws {@link InvalidImageError} for a damaged database, or one without the table. */
export function* tableRows(database: Uint8Array, table: string): Generator<SqliteValue[]> {
  const reader = new TableReader(database);
  for (const row of reader.rows(SCHEMA_PAGE)) {
    if (row[NAME] !== table || typeof row[ROOT] !== 'number') continue;
    yield* reader.rows(row[ROOT]);
    return;
  }
  throw damaged(`has no table ${table}`);
}

class TableReader {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  readonly #pageSize: number;
  /** Bytes of a page that hold data. */
  readonly #usable: number;
  /** A damaged database may name a page twice; each has one place. */
  readonly #seen = new Set<number>();

  constructor(bytes: Uint8Array) {
    if (bytes.length < HEADER_SIZE) throw damaged('is cut off');
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    const size = this.#view.getUint16(PAGE_SIZE_AT);
    this.#pageSize = size === 1 ? 65_536 : size;
    this.#usable = this.#pageSize - bytes[RESERVED_AT]!;
    if (this.#usable < 480) throw damaged('has no page size of SQLite');
  }

  /** The rows below a page, which come in the order of the tree; no recursion, whose depth the database would decide. */
  *rows(root: number): Generator<SqliteValue[]> {
    const pages = [root];
    for (let page = pages.pop(); page !== undefined; page = pages.pop()) {
      const start = this.#page(page);
      const head = page === SCHEMA_PAGE ? start + HEADER_SIZE : start;
      const type = this.#bytes[head]!;
      if (type !== INTERIOR && type !== LEAF) throw damaged(`has no table at page ${page}`);
      const cells = this.#view.getUint16(head + 3);
      const list = head + (type === INTERIOR ? 12 : 8);
      if (list + cells * 2 > start + this.#pageSize) throw damaged(`has too many cells at page ${page}`);
      const places = Array.from({ length: cells }, (_, i) => start + this.#view.getUint16(list + i * 2));
      if (type === LEAF) for (const at of places) yield rowOf(this.#payload(at, start + this.#usable));
      else pages.push(this.#view.getUint32(head + 8), ...places.map((at) => this.#number(at)).reverse());
    }
  }

  /** The first byte of a page, which must not have been read before. */
  #page(number: number): number {
    const start = (number - 1) * this.#pageSize;
    if (number < 1 || start + this.#pageSize > this.#bytes.length || this.#seen.has(number)) {
      throw damaged(`names page ${number}, which does not exist or is in use`);
    }
    this.#seen.add(number);
    return start;
  }

  #number(at: number): number {
    if (at + 4 > this.#bytes.length) throw damaged('is cut off');
    return this.#view.getUint32(at);
  }

  /** The record of a cell of a leaf whose page ends at `end`; what does not fit there is in a chain of other pages. */
  #payload(at: number, end: number): Uint8Array {
    const size = varint(this.#bytes, at);
    const key = varint(this.#bytes, size.end);
    if (size.value > this.#bytes.length) throw damaged('has a row that is larger than itself');
    const [most, least] = [this.#usable - 35, Math.floor(((this.#usable - 12) * 32) / 255) - 23];
    const kept = least + ((size.value - least) % (this.#usable - 4));
    const local = size.value <= most ? size.value : kept <= most ? kept : least;
    if (key.end + local > end) throw damaged('has a row that leaves its page');
    const payload = new Uint8Array(size.value);
    payload.set(this.#bytes.subarray(key.end, key.end + local));
    let next = local < size.value ? this.#number(key.end + local) : 0;
    for (let done = local; done < payload.length; ) {
      const start = this.#page(next);
      const length = Math.min(this.#usable - 4, payload.length - done);
      payload.set(this.#bytes.subarray(start + 4, start + 4 + length), done);
      next = this.#number(start);
      done += length;
    }
    return payload;
  }
}

/** The values of a record: a header of serial types, then their bytes. */
function rowOf(record: Uint8Array): SqliteValue[] {
  const header = varint(record, 0);
  const values: SqliteValue[] = [];
  let body = header.value;
  for (let at = header.end; at < header.value; ) {
    const type = varint(record, at);
    at = type.end;
    const length = lengthOf(type.value);
    const bytes = record.subarray(body, body + length);
    if (bytes.length < length) throw damaged('has a row that is cut off');
    values.push(sqliteValue(type.value, bytes));
    body += length;
  }
  return values;
}

function lengthOf(type: number): number {
  if (type >= 12) return Math.floor((type - 12) / 2);
  return type === 7 ? 8 : (INTEGERS[type] ?? 0);
}

function sqliteValue(type: number, bytes: Uint8Array): SqliteValue {
  if (type >= 12) return type % 2 === 0 ? bytes : new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes);
  if (type === 8 || type === 9) return type - 8;
  if (bytes.length === 0 || type === 7) return undefined;
  // A sign in the first byte.
  return bytes.subarray(1).reduce((value, byte) => value * 256 + byte, (bytes[0]! << 24) >> 24);
}

/** A number of up to nine bytes, the first eight with seven bits each; precise to 53 bits. */
function varint(bytes: Uint8Array, start: number): { readonly value: number; readonly end: number } {
  let value = 0;
  for (let at = start; at < start + 8; at++) {
    const byte = bytes[at];
    if (byte === undefined) throw damaged('is cut off');
    value = value * 128 + (byte & 0x7f);
    if (byte < 0x80) return { value, end: at + 1 };
  }
  return { value: value * 256 + (bytes[start + 8] ?? 0), end: start + 9 };
}

function damaged(how: string): InvalidImageError {
  return new InvalidImageError('live.rpm-database', `The RPM database ${how}.`);
}
