// A boot image of a disc as an image. The catalog says where it begins and how many sectors firmware loads, which is often
// less than the whole of it.

import { type BootEntryFacts, readBootEntries, readPartitions } from '../disc/index.js';
import { InvalidInputError } from '../errors.js';
import { BLOCK, isoFormat, recogniseIso } from '../format/iso9660/index.js';
import type { Source } from '../io/index.js';
import { walk } from '../tree/index.js';
import { describeAll } from './formats.js';
import { startOf } from './views.js';

const SECTOR = 512;
/** An EFI image of this many sectors or fewer reaches to the end of the disc (UEFI 2.11 §13.3.2.1). */
const TO_THE_END = 1;

/** Image `number` of the boot catalog, from 1. Throws {@link InvalidInputError} `image.no-boot-image`. */
export async function bootImage(disc: Source, number: number): Promise<Source> {
  const iso = await recogniseIso(disc);
  const entries = iso ? await readBootEntries(disc, iso.bootRecords) : [];
  const entry = entries[number - 1];
  const at = entry && entry.block * BLOCK;
  if (!entry || at === undefined || at >= disc.size) {
    throw new InvalidInputError('image.no-boot-image', `There is no boot image ${number} on the disc.`, {
      hint: entries.length > 0 ? `Its catalog has ${entries.length}.` : 'It has no boot catalog.',
    });
  }
  return disc.slice({ at, length: await lengthOf(disc, entry, at) });
}

/** That of the file or partition that begins there, of the file system in it, or what firmware loads. */
async function lengthOf(disc: Source, { sectors, platform }: BootEntryFacts, at: number): Promise<number> {
  const room = disc.size - at;
  const known =
    (await lengthOfFile(disc, at)) ??
    (await readPartitions(disc)).find((partition) => partition.at === at)?.size ??
    (await describeAll(disc.slice({ at, length: room })))[0]?.size;
  const loaded = platform === 'efi' && sectors <= TO_THE_END ? room : sectors * SECTOR;
  return Math.min(known ?? loaded, room);
}

async function lengthOfFile(disc: Source, at: number): Promise<number | undefined> {
  for (const { node } of walk(await (await isoFormat.open(disc)).tree())) {
    if (node.kind === 'file' && startOf(node) === at) return node.content.size;
  }
  return undefined;
}
