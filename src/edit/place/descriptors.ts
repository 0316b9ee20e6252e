// Volume descriptors with new places and sizes. Dates, texts and the application use area stay byte by byte.

import { byteStringOf, displayText, fromText, lossyText, withoutEnd } from '../../bytes/index.js';
import { UsageError } from '../../errors.js';
import { blankArea } from '../../format/checkmedia/index.js';
import { APPLICATION_USE, BLOCK, volumeDescriptor } from '../../format/iso9660/index.js';
import { type KeptDescriptor, pathTablesOf } from '../kept/read-descriptors.js';
import { type EditPlaces, movedEnd } from './places.js';
import { extentOf, setExtent, setSize } from './record-bytes.js';

const AT = {
  volumeId: 40,
  spaceSize: 80,
  pathTableSize: 132,
  pathTableL: 140,
  optionalPathTableL: 144,
  pathTableM: 148,
  optionalPathTableM: 152,
  root: 156,
  rootLength: 34,
} as const;
const ID_LENGTH = 32;

/** Changes of descriptors other than places and sizes. */
export interface DescriptorChanges {
  readonly volumeId: string | undefined;
  /** Whether media-check tags are removed. */
  readonly dropsTags: boolean;
}

/** The descriptor for the new disc. */
export function editedDescriptor(
  { bytes: old, origin, tree, isPrimary, isEnhanced }: KeptDescriptor,
  places: EditPlaces,
  { volumeId, dropsTags }: DescriptorChanges,
): Uint8Array {
  const bytes = old.slice();
  const view = new DataView(bytes.buffer);
  const fields = volumeDescriptor.decode(old);
  const both = (at: number, value: number) => {
    view.setUint32(at, value, true);
    view.setUint32(at + 4, value, false);
  };
  both(AT.spaceSize, movedEnd(places, fields.spaceSize + origin) - origin);
  for (const { field, block, order } of pathTablesOf(fields)) {
    const table = places.tableAt(block + origin);
    if (!table) continue;
    both(AT.pathTableSize, table.size);
    view.setUint32(AT[field], table.block - origin, order === 'little');
  }
  const root = places.folder(tree.root);
  const record = bytes.subarray(AT.root, AT.root + AT.rootLength);
  if (extentOf(record) !== root.block - origin) setExtent(record, root.block - origin);
  setSize(record, root.size);
  if (dropsTags && isPrimary && origin === 0) bytes.set(blankArea(), APPLICATION_USE.at);
  if (volumeId !== undefined) {
    const id = isPrimary || isEnhanced ? asciiId(volumeId) : ucs2Id(volumeId);
    bytes.set(id, AT.volumeId);
  }
  return bytes;
}

/** The volume id of a primary descriptor. */
export function volumeIdOf(descriptor: Uint8Array): string {
  const { volumeId } = volumeDescriptor.decode(descriptor);
  return withoutEnd(lossyText(byteStringOf(volumeId)), '\0 ');
}

/** Throws {@link UsageError} for a label that no descriptor holds. */
export function checkVolumeId(volumeId: string): void {
  // The field is filled up with blanks, so the last ones are lost.
  if (/^[ -~]{0,31}[!-~]$/.test(volumeId)) return;
  const shown = displayText(fromText(volumeId));
  throw new UsageError('edit.volume-id', `"${shown}" cannot be a volume id.`, {
    option: 'volumeId',
    hint: 'Use 1 to 32 printable ASCII characters, the last one not a blank.',
  });
}

function asciiId(volumeId: string): Uint8Array {
  const id = new Uint8Array(ID_LENGTH).fill(0x20);
  for (let i = 0; i < volumeId.length; i++) id[i] = volumeId.charCodeAt(i);
  return id;
}

/** Joliet holds the first 16 characters. */
function ucs2Id(volumeId: string): Uint8Array {
  const id = new Uint8Array(ID_LENGTH);
  for (let i = 0; i < ID_LENGTH / 2; i++) {
    const unit = i < volumeId.length ? volumeId.charCodeAt(i) : 0x20;
    id[i * 2] = unit >>> 8;
    id[i * 2 + 1] = unit & 0xff;
  }
  return id;
}

/** Byte of a descriptor on the disc. */
export function descriptorAt({ block }: KeptDescriptor): number {
  return block * BLOCK;
}
