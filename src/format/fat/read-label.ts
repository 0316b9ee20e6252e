// The label of a volume: an entry of its root directory. The boot sector's is a copy that systems leave alone when the label
// changes, so blkid, mlabel and fsck.fat go by the directory.

import type { Range, Source } from '../../io/index.js';
import { FIRST_CLUSTER } from './allocation-table.js';
import { ATTRIBUTE, DELETED, directoryEntry, END_OF_DIRECTORY, ENTRY_SIZE } from './directory-entry.js';
import { dosText } from './read-names.js';
import type { FatAreas, FatVolume } from './volume.js';

/** Clusters of FAT32's root that are searched. The label is one of the first entries on common volumes. */
const MOST_CLUSTERS = 100;
/** Bytes of a root directory that are searched: the specification's limit of entries. */
const MOST_BYTES = 65_536 * ENTRY_SIZE;

/** The label, "" if there is none. Damage ends the search: then the volume has no label. */
export async function rootLabel(
  image: Source,
  { type, clusterSize }: Pick<FatVolume, 'type' | 'clusterSize'>,
  areas: FatAreas,
): Promise<string> {
  if (typeof areas.root !== 'number') return labelIn(await bytesOf(image, areas.root));
  let cluster = areas.root;
  for (let index = 0; index < MOST_CLUSTERS && cluster >= FIRST_CLUSTER; index++) {
    const bytes = await bytesOf(image, {
      at: areas.dataAt + (cluster - FIRST_CLUSTER) * clusterSize,
      length: clusterSize,
    });
    const label = labelIn(bytes);
    if (label !== '' || bytes.length < clusterSize || hasEnd(bytes)) return label;
    const entry = await bytesOf(image, { at: areas.tableAt + Math.floor((cluster * type) / 8), length: 4 });
    if (entry.length < 4) return '';
    cluster = new DataView(entry.buffer).getUint32(0, true) & 0x0fff_ffff;
  }
  return '';
}

/** The bytes of a range, as far as the image has them. */
async function bytesOf(image: Source, { at, length }: Range): Promise<Uint8Array> {
  const bytes = new Uint8Array(Math.max(0, Math.min(length, MOST_BYTES, image.size - at)));
  if (bytes.length > 0) await image.read(at, bytes);
  return bytes;
}

function hasEnd(bytes: Uint8Array): boolean {
  for (let at = 0; at < bytes.length; at += ENTRY_SIZE) if (bytes[at] === END_OF_DIRECTORY) return true;
  return false;
}

function labelIn(bytes: Uint8Array): string {
  for (let at = 0; at + ENTRY_SIZE <= bytes.length && bytes[at] !== END_OF_DIRECTORY; at += ENTRY_SIZE) {
    if (bytes[at] === DELETED) continue;
    const { name, attributes, clusterLow, clusterHigh } = directoryEntry.decode(bytes, at);
    const isLabel = (attributes & (ATTRIBUTE.volumeLabel | ATTRIBUTE.directory)) === ATTRIBUTE.volumeLabel;
    if (isLabel && (attributes & 0x3f) !== ATTRIBUTE.longName && clusterLow === 0 && clusterHigh === 0) {
      return dosText(name).trimEnd();
    }
  }
  return '';
}
