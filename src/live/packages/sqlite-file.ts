// A database file of SQLite without its write-ahead log: the committed frames of the log are merged into it, so that the
// file can be read without others (https://www.sqlite.org/fileformat2.html, §1.3.3 and §4).

import { byteStringOf } from '../../bytes/index.js';
import { InvalidImageError } from '../../errors.js';

const HEADER_SIZE = 100;
const MAGIC = 'SQLite format 3\0';
/** Two bytes: 2 for a write-ahead log, 1 for a rollback journal. */
const READ_WRITE_VERSIONS = 18;
const ROLLBACK = 1;
const LOG_HEADER_SIZE = 32;
const FRAME_HEADER_SIZE = 24;
const LOG_MAGIC = 0x377f_0682;
const PAGE_SIZE_AT = 8;
const SALTS_AT = 16;

/** The database with all committed frames of `log`. Throws {@link InvalidImageError} if it is not a database. */
export function mergedDatabase(database: Uint8Array, log: Uint8Array): Uint8Array {
  const magic = byteStringOf(database.subarray(0, MAGIC.length));
  if (database.length < HEADER_SIZE || magic !== MAGIC) {
    throw new InvalidImageError('live.rpm-database', 'The RPM database is not an SQLite file.', { at: 0 });
  }
  const pages = committedPages(log);
  const size = pages ? pages.count * pages.pageSize : database.length;
  const merged = new Uint8Array(size);
  merged.set(database.subarray(0, size));
  for (const [number, page] of pages?.pages ?? []) {
    if (number >= 1 && number <= pages!.count) merged.set(page, (number - 1) * pages!.pageSize);
  }
  merged.fill(ROLLBACK, READ_WRITE_VERSIONS, READ_WRITE_VERSIONS + 2);
  return merged;
}

interface CommittedPages {
  readonly pageSize: number;
  /** Pages of the database after the last commit. */
  readonly count: number;
  /** By page number, from 1. */
  readonly pages: ReadonlyMap<number, Uint8Array>;
}

/** Frames up to the last that ends a transaction; frames with other salts are leftovers of an earlier use of the log. */
function committedPages(log: Uint8Array): CommittedPages | undefined {
  if (log.length < LOG_HEADER_SIZE) return undefined;
  const view = new DataView(log.buffer, log.byteOffset, log.length);
  if ((view.getUint32(0) & ~1) >>> 0 !== LOG_MAGIC) return undefined;
  const pageSize = view.getUint32(PAGE_SIZE_AT);
  if (pageSize < 512 || pageSize > 65_536) return undefined;
  const salts = view.getBigUint64(SALTS_AT);
  const pages = new Map<number, Uint8Array>();
  let open: [number, Uint8Array][] = [];
  let count = 0;
  for (let at = LOG_HEADER_SIZE; at + FRAME_HEADER_SIZE + pageSize <= log.length; at += FRAME_HEADER_SIZE + pageSize) {
    if (view.getBigUint64(at + 8) !== salts) break;
    const start = at + FRAME_HEADER_SIZE;
    open.push([view.getUint32(at), log.subarray(start, start + pageSize)]);
    const sizeAfterCommit = view.getUint32(at + 4);
    if (sizeAfterCommit === 0) continue;
    for (const [number, page] of open) pages.set(number, page);
    open = [];
    count = sizeAfterCommit;
  }
  return count > 0 ? { pageSize, count, pages } : undefined;
}
