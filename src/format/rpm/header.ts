// The header of a package, in its file and in an RPM database: two counts, an index of 16 bytes per tag, and a store of values, all
// big-endian (https://rpm-software-management.github.io/rpm/manual/format_header.html).

import { InvalidImageError } from '../../errors.js';

/** Browsers read these headers too, and have no Buffer. */
const UTF_8 = new TextDecoder('utf-8', { ignoreBOM: true });

/** Tags that are read, by number. */
export const RPM_TAGS = {
  name: 1000,
  version: 1001,
  release: 1002,
  epoch: 1003,
  license: 1014,
  architecture: 1022,
  fileSizes: 1028,
  fileStates: 1029,
  fileModes: 1030,
  fileDevices: 1033,
  fileTimes: 1034,
  fileDigests: 1035,
  fileLinks: 1036,
  fileFlags: 1037,
  fileUsers: 1039,
  fileGroups: 1040,
  fileVerifyFlags: 1045,
  changeTimes: 1080,
  changeNames: 1081,
  changeTexts: 1082,
  directoryIndexes: 1116,
  baseNames: 1117,
  directoryNames: 1118,
  disturl: 1123,
  longFileSizes: 5008,
  fileCapabilities: 5010,
  digestAlgorithm: 5011,
} as const;

export type RpmTag = keyof typeof RPM_TAGS;

/** Bytes of one value of the numeric types char, int8, int16, int32, int64. */
const WIDTHS: Readonly<Record<number, number>> = { 1: 1, 2: 1, 3: 2, 4: 4, 5: 8 };
/** string, string array, string in several languages. */
const TEXTS: ReadonlySet<number> = new Set([6, 8, 9]);
const ENTRY_SIZE = 16;
const COUNTS_SIZE = 8;

/** Values by tag; those of absent tags are undefined or empty. */
export interface RpmHeader {
  numbers(tag: RpmTag): readonly number[];
  texts(tag: RpmTag): readonly string[];
}

interface Entry {
  readonly type: number;
  readonly at: number;
  readonly count: number;
}

/** Throws {@link InvalidImageError} `rpm.header` if the index or a value is outside the blob. */
export function readRpmHeader(blob: Uint8Array): RpmHeader {
  const view = new DataView(blob.buffer, blob.byteOffset, blob.length);
  if (blob.length < COUNTS_SIZE) throw damaged(0);
  const count = view.getUint32(0);
  const store = COUNTS_SIZE + count * ENTRY_SIZE;
  if (store + view.getUint32(4) > blob.length) throw damaged(4);
  const entries = new Map<number, Entry>();
  for (let at = COUNTS_SIZE; at < store; at += ENTRY_SIZE) {
    const entry = { type: view.getUint32(at + 4), at: store + view.getUint32(at + 8), count: view.getUint32(at + 12) };
    entries.set(view.getUint32(at), entry);
  }
  return {
    numbers: (tag) => numbersOf(view, entries.get(RPM_TAGS[tag])),
    texts: (tag) => textsOf(blob, entries.get(RPM_TAGS[tag])),
  };
}

function numbersOf(view: DataView, entry: Entry | undefined): number[] {
  const width = entry && WIDTHS[entry.type];
  if (!entry || !width) return [];
  if (entry.at + entry.count * width > view.byteLength) throw damaged(entry.at);
  return Array.from({ length: entry.count }, (_, i) => {
    const at = entry.at + i * width;
    if (width === 8) return Number(view.getBigUint64(at));
    return width === 4 ? view.getUint32(at) : width === 2 ? view.getUint16(at) : view.getUint8(at);
  });
}

function textsOf(blob: Uint8Array, entry: Entry | undefined): string[] {
  if (!entry || !TEXTS.has(entry.type)) return [];
  // Every text takes at least one byte.
  if (entry.at + entry.count > blob.length) throw damaged(entry.at);
  const texts: string[] = [];
  let at = entry.at;
  for (let i = 0; i < entry.count; i++) {
    const end = blob.indexOf(0, at);
    if (end < 0) throw damaged(at);
    texts.push(UTF_8.decode(blob.subarray(at, end)));
    at = end + 1;
  }
  return texts;
}

function damaged(at: number): InvalidImageError {
  return new InvalidImageError('rpm.header', 'A header of an RPM package is damaged.', { at });
}
