// The identifiers of a UDF directory for the new disc: kept ones with new addresses, and those of added entries.

import { bytesOf } from '../../bytes/index.js';
import { BLOCK } from '../../format/iso9660/index.js';
import {
  CHARACTERISTIC,
  decodeCs0,
  EXTENDED_HEAD,
  extendedFileEntry,
  fileEntry,
  fileIdentifierHead,
  resealed,
  writeIdentifier,
} from '../../format/udf/index.js';
import type { Entry, Folder } from '../kept/entries.js';
import type { PlacedInode, PlacedUdf } from './place-udf.js';
import { shapeOf } from './read-inode.js';
import { addressOf, sameBytes, type UdfPlaces } from './udf-places.js';

/** All identifiers of a directory, and whether they are as they were. */
export function renderIdentifiers(folder: Folder, own: PlacedInode, placed: PlacedUdf, places: UdfPlaces) {
  const writer = new IdentifierWriter(own, placed, places);
  const parent = placed.inodeOf(folder.parent ?? folder);
  if (folder.records) writer.addKept(folder.records.parent, parent);
  else writer.addNew('', parent, CHARACTERISTIC.directory | CHARACTERISTIC.parent);
  for (const entry of folder.entries) {
    const target = placed.inodeOf(entry);
    if (entry.records) writer.addKept(entry.records[0]!, target);
    else writer.addNew(nameIn(entry), target, entry.folder ? CHARACTERISTIC.directory : 0);
  }
  return { bytes: writer.bytes, isSame: writer.isSame && !folder.isChanged };
}

class IdentifierWriter {
  readonly bytes: Uint8Array;
  /** Whether all identifiers are as they were. */
  isSame = true;
  readonly #own: PlacedInode;
  readonly #tagVersion: number;
  readonly #places: UdfPlaces;
  #end = 0;

  constructor(own: PlacedInode, { udf }: PlacedUdf, places: UdfPlaces) {
    this.bytes = new Uint8Array(own.size);
    this.#own = own;
    this.#tagVersion = udf.tagVersion;
    this.#places = places;
  }

  addKept(identifier: Uint8Array, target: PlacedInode): void {
    const made = identifier.slice();
    const { entry } = fileIdentifierHead.decode(made);
    const isNamed = target.uniqueId !== undefined && this.#places.hasIds;
    const uniqueId = isNamed ? idOf(target) : entry.uniqueId;
    fileIdentifierHead.change({ entry: { ...entry, block: addressOf(target, this.#places), uniqueId } }, made);
    resealed(made, this.#location());
    this.isSame &&= sameBytes(made, identifier);
    this.bytes.set(made, this.#end);
    this.#end += made.length;
  }

  addNew(name: string, target: PlacedInode, characteristics: number): void {
    const uniqueId = this.#places.hasIds ? idOf(target) : 0;
    const entry = { length: BLOCK, block: addressOf(target, this.#places), partition: 0, uniqueId };
    const at = { location: this.#location(), tagVersion: this.#tagVersion };
    this.isSame = false;
    this.#end += writeIdentifier({ name, entry, characteristics }, this.bytes, this.#end, at);
  }

  /** The block in which the next identifier starts. */
  #location(): number {
    let done = 0;
    for (const run of this.#own.runs) {
      const skipped = Math.floor((this.#end - done) / BLOCK);
      if (skipped < run.blocks) return this.#places.address(this.#places.at(run) + skipped);
      done += run.blocks * BLOCK;
    }
    return addressOf(this.#own, this.#places);
  }
}

function nameIn({ identifier }: Entry): string {
  return decodeCs0(bytesOf(identifier))!;
}

/** The low half of the unique identifier. */
function idOf({ uniqueId, kept }: PlacedInode): number {
  if (uniqueId !== undefined) return uniqueId % 2 ** 32;
  const { entry } = kept!;
  const isExtended = shapeOf(entry).head === EXTENDED_HEAD;
  return (isExtended ? extendedFileEntry : fileEntry).decode(entry).uniqueId % 2 ** 32;
}
