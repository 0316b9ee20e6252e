// Reads the extents of a file from records.

import { alignUp, divCeil } from '../../bytes/index.js';
import { ALGORITHM_NAMES } from './compression-config.js';
import { extentRecord, FIRST_PLACE, RECORD_FORMAT_SHIFT, RECORD_LENGTH_MASK } from './extent-record.js';
import { ExtentTable, Storage } from './extent-table.js';
import { CLUSTER_LOG_MASK, extentRecordSize, MapAdvice, type MapHeader } from './map-header.js';
import type { FoundInode } from './read-inode.js';
import { damaged, type Volume } from './read-volume.js';

const HIGH = 2 ** 32;
/** The longest records without a start. */
const LONGEST_WITHOUT_START = 8;

/** The extents of a file whose records follow its header, which ends at `headerEnd`. */
export async function tableOfRecords(
  volume: Volume,
  { size, at: inodeAt }: FoundInode,
  header: MapHeader,
  headerEnd: number,
): Promise<ExtentTable> {
  const recordSize = extentRecordSize(header.advice);
  const clusterSize = 2 ** (volume.superblock.blockLog + (header.cluster & CLUSTER_LOG_MASK));
  const byCluster = recordSize <= LONGEST_WITHOUT_START;
  // The count is stored in place of the algorithms and the size of clusters.
  const counted = header.tail + (header.algorithms + header.cluster * 2 ** 8) * HIGH;
  const count = byCluster ? divCeil(size, clusterSize) : counted;
  const first = alignUp(headerEnd, recordSize);
  const recordsAt = recordSize === 4 ? first + FIRST_PLACE : first;
  const bytes = await volume.bytes(recordsAt, count * recordSize);
  const table = new ExtentTable(size, count);
  const record = new Uint8Array(extentRecord.size);
  let next = recordSize === 4 ? await firstPlace(volume, first) : 0;
  for (let index = 0; index < count; index++) {
    record.fill(0).set(bytes.subarray(index * recordSize, (index + 1) * recordSize));
    const { encoded, place, placeHigh, start: low, startHigh } = extentRecord.decode(record);
    const length = encoded & RECORD_LENGTH_MASK;
    const start = byCluster ? index * clusterSize : low + startHigh * HIGH;
    const at = recordSize === 4 ? next : place + placeHigh * HIGH;
    next += length;
    if (start >= size) break;
    if (table.count > 0 && start <= table.get(table.count - 1).start)
      throw damaged('index', 'Its extents are not in order.', inodeAt);
    if (index === count - 1 && (header.advice & MapAdvice.fragment) !== 0) {
      table.add(start, Storage.fragment, encoded + (recordSize === 4 ? 0 : place * HIGH), 0);
    } else table.add(start, storageOf(volume, header, encoded, at), at, length);
  }
  return table;
}

async function firstPlace(volume: Volume, at: number): Promise<number> {
  const bytes = await volume.bytes(at, FIRST_PLACE);
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  return view.getUint32(0, true) + view.getUint32(4, true) * HIGH;
}

function storageOf({ blockSize }: Volume, { advice }: MapHeader, encoded: number, at: number): number {
  const length = encoded & RECORD_LENGTH_MASK;
  if (length === 0) return Storage.hole;
  const format = encoded >>> RECORD_FORMAT_SHIFT;
  if (format > ALGORITHM_NAMES.length) throw damaged('algorithm', `Compression ${format - 1} is not read.`, at);
  if (format > 0) return format - 1;
  const isWhole = at % blockSize === 0 && length % blockSize === 0;
  return (advice & MapAdvice.interlaced) !== 0 && isWhole ? Storage.interlaced : Storage.shifted;
}
