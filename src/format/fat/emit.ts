// Emitting a FAT volume front to back: reserved sectors, two tables, the fixed root, then clusters in order.

import { assertPlanned } from '../../errors.js';
import { type Data, packed, pieceLength, type Run, renderedContent, type Slot } from '../../io/index.js';
import { FIRST_CLUSTER, renderTable } from './allocation-table.js';
import { BACKUP_BOOT_SECTOR, renderBootSector } from './boot-sector.js';
import { ATTRIBUTE, ENTRY_SIZE, renderLongName, renderShortEntry } from './directory-entry.js';
import { renderFsInfo } from './fs-info.js';
import { chainsOf, type FatLayout, type PlacedDirectory, type PlacedEntry } from './layout.js';

/** The bytes of a planned volume; every area is checked to end where it was planned. */
export async function* emitFat(layout: FatLayout, run: Run): AsyncGenerator<Data> {
  const { sectorSize, reservedSectors, fatSectors, dataSector } = layout;
  let at = 0;
  const areas: [what: string, end: number, pieces: AsyncIterable<Data> | Iterable<Data>][] = [
    ['FAT reserved sectors', reservedSectors, reservedArea(layout)],
    ['first FAT', reservedSectors + fatSectors, table(layout)],
    ['second FAT', reservedSectors + layout.tables * fatSectors, layout.tables === 2 ? table(layout) : []],
    ['fixed FAT root', dataSector, fixedRoot(layout)],
    ['FAT clusters', layout.sectors, clusters(layout, run)],
  ];
  for (const [what, end, pieces] of areas) {
    for await (const piece of pieces) {
      at += pieceLength(piece);
      yield piece;
    }
    run.signal?.throwIfAborted();
    assertPlanned(what, end * sectorSize, at);
  }
}

function* reservedArea(layout: FatLayout): Generator<Data> {
  const { type, sectorSize, sectors, reservedSectors, fatSectors, rootEntries, usedClusters } = layout;
  const boot = renderBootSector({
    type,
    sectorSize,
    sectorsPerCluster: layout.clusterSize / sectorSize,
    reservedSectors,
    rootEntries,
    sectors,
    fatSectors,
    hiddenSectors: layout.hiddenSectors,
    serial: layout.serial,
    label: layout.label,
    tables: layout.tables,
    media: layout.media,
    drive: layout.drive,
    heads: layout.heads,
    sectorsPerTrack: layout.sectorsPerTrack,
  });
  const area = new Uint8Array(reservedSectors * sectorSize);
  area.set(boot);
  if (type === 32) {
    const info = renderFsInfo(layout.clusters - usedClusters, FIRST_CLUSTER + usedClusters);
    area.set(info, sectorSize);
    area.set(boot, BACKUP_BOOT_SECTOR * sectorSize);
    area.set(info, (BACKUP_BOOT_SECTOR + 1) * sectorSize);
  }
  yield area;
}

function* table(layout: FatLayout): Generator<Data> {
  const chains = [...chainsOf(layout)].filter(({ count }) => count > 0);
  let left = layout.fatSectors * layout.sectorSize;
  for (const portion of renderTable(layout.type, chains, layout.media)) {
    yield portion;
    left -= portion.length;
  }
  if (left > 0) yield { hole: left };
}

function* fixedRoot(layout: FatLayout): Generator<Data> {
  if (layout.type !== 32) yield renderDirectory(layout, layout.directories[0]!, layout.rootEntries * ENTRY_SIZE);
}

async function* clusters(layout: FatLayout, run: Run): AsyncGenerator<Data> {
  yield* packed(slots(layout), run);
  const used = layout.dataSector * layout.sectorSize + layout.usedClusters * layout.clusterSize;
  const free = layout.sectors * layout.sectorSize - used;
  if (free > 0) yield { hole: free };
}

function* slots(layout: FatLayout): Generator<Slot> {
  for (const one of chainsOf(layout)) {
    const span = one.count * layout.clusterSize;
    if ('content' in one) yield { content: one.content, span };
    else if (span > 0) yield { content: renderedContent(span, () => renderDirectory(layout, one, span)), span };
  }
}

function renderDirectory(layout: FatLayout, dir: PlacedDirectory, length: number): Uint8Array {
  const area = new Uint8Array(length);
  let at = 0;
  const put = (bytes: Uint8Array) => {
    area.set(bytes, at);
    at += bytes.length;
  };
  if (dir === layout.directories[0]) {
    if (layout.label !== '') put(labelEntry(layout));
  } else {
    put(dotEntry('.', dir.first, dir));
    put(dotEntry('..', dir.parentCluster, dir));
  }
  for (const entry of dir.entries) {
    if (entry.name.long !== undefined) put(renderLongName(entry.name.long, blankPadded(entry.name.short)));
    put(renderEntry(entry));
  }
  assertPlanned('FAT directory', dir.slots * ENTRY_SIZE, at);
  return area;
}

function renderEntry({ name, directory, time, cluster, size }: PlacedEntry): Uint8Array {
  const attributes = directory ? ATTRIBUTE.directory : ATTRIBUTE.archive;
  return renderShortEntry({ name: blankPadded(name.short), attributes, caseBits: name.caseBits, time, cluster, size });
}

function labelEntry(layout: FatLayout): Uint8Array {
  const name = blankPadded(layout.label);
  return renderShortEntry({
    name,
    attributes: ATTRIBUTE.volumeLabel,
    caseBits: 0,
    time: layout.labelTime,
    cluster: 0,
    size: 0,
  });
}

function dotEntry(dots: '.' | '..', cluster: number, dir: PlacedDirectory): Uint8Array {
  const name = blankPadded(dots);
  return renderShortEntry({ name, attributes: ATTRIBUTE.directory, caseBits: 0, time: dir.time, cluster, size: 0 });
}

function blankPadded(text: string): Uint8Array {
  return Uint8Array.from(text.padEnd(11), (c) => c.charCodeAt(0));
}
