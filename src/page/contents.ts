// Sections about the files of an image, and about booting it.

import { showBytes } from '../bytes/index.js';
import { partitionTypeName } from '../disc/index.js';
import type { ImageMap, MapLayer, SpaceEntry } from '../map/index.js';
import { type Html, html } from './html.js';
import { counted, grouped, share } from './numbers.js';
import { mainChain } from './strips.js';
import { table } from './table.js';
import { treemap } from './treemap.js';

const MOST_ROWS = 20;

/** The layer of the root file system: the innermost one of the main chain with more than one file, or else with any. */
export function rootLayer(layers: readonly MapLayer[]): MapLayer | undefined {
  const chain = mainChain(layers).filter(({ space }) => space !== undefined && space.bytes > 0);
  return chain.findLast(({ space }) => space!.files > 1) ?? chain.at(-1);
}

/** A treemap of the layer, and its largest directories and files as tables. */
export function spaceSection({ space }: MapLayer): Html {
  if (!space) return html``;
  const listed = [...entriesOf(space, '')];
  const top = (kind: SpaceEntry['kind']) =>
    listed
      .filter(([, entry]) => entry.kind === kind)
      .sort(([, a], [, b]) => b.bytes - a.bytes)
      .slice(0, MOST_ROWS);
  const rows = (kind: SpaceEntry['kind']) =>
    top(kind).map(([path, { bytes, files }]) => {
      const cells = [html`<span class="path">${path}</span>`, showBytes(bytes), share(bytes, space.bytes)];
      return kind === 'file' ? cells : [...cells, grouped(files)];
    });
  const columns = [{ title: 'path' }, { title: 'size', isNumber: true }, { title: 'share', isNumber: true }] as const;
  const label = `Treemap of ${showBytes(space.bytes)} in ${counted(space.files, 'file')}. The tables below list the largest directories and files.`;
  return html`<figure>${treemap(space, label)}
<figcaption>${showBytes(space.bytes)} in ${counted(space.files, 'file')}; a file with several names counts once.</figcaption></figure>
${table('The largest directories', [...columns, { title: 'files', isNumber: true }], rows('directory'))}${table('The largest files', columns, rows('file'))}`;
}

function* entriesOf(entry: SpaceEntry, path: string): Generator<[path: string, SpaceEntry]> {
  for (const below of entry.entries) {
    const inner = `${path}/${below.name}`;
    yield [inner, below];
    yield* entriesOf(below, inner);
  }
}

/** Partitions, boot entries and tags; a sentence if the image has none of them. */
export function bootSection({ partitions, bootEntries, tags, notRead }: ImageMap): Html {
  const parts = [
    partitions.length > 0 && partitionTable(partitions),
    bootEntries.length > 0 && bootTable(bootEntries),
    tags.length > 0 &&
      table(
        'Tags of a media check',
        [{ title: 'key' }, { title: 'value' }],
        tags.map(({ key, value }) => [key, value]),
      ),
    notRead.length > 0 &&
      table(
        'Recognised and not read',
        [{ title: 'where' }, { title: 'content' }],
        notRead.map(({ kind, where }) => [where, kind]),
      ),
  ].filter((part) => part !== false);
  return parts.length > 0
    ? html`${parts}`
    : html`<p>There is no partition table, boot catalog or tag.</p>
`;
}

function partitionTable(partitions: ImageMap['partitions']): Html {
  const columns = [
    { title: 'partition' },
    { title: 'type' },
    { title: 'name' },
    { title: 'from byte', isNumber: true },
    { title: 'size', isNumber: true },
  ] as const;
  const rows = partitions.map(({ table, number, type, name, active, at, size }) => [
    `${table.toUpperCase()} ${number}`,
    `${partitionTypeName(table, type)}${active ? ', active' : ''}`,
    name,
    grouped(at),
    showBytes(size),
  ]);
  return table('Partitions', columns, rows);
}

function bootTable(entries: ImageMap['bootEntries']): Html {
  const columns = [
    { title: 'platform' },
    { title: 'kind' },
    { title: 'block', isNumber: true },
    { title: 'sectors', isNumber: true },
    { title: 'identifier' },
  ] as const;
  const rows = entries.map(({ platform, bootable, emulation, block, sectors, id }) => [
    platform,
    `${emulation === 'none' ? 'no emulation' : `as ${emulation}`}${bootable ? '' : ', not bootable'}`,
    grouped(block),
    grouped(sectors),
    id,
  ]);
  return table('Boot entries (El Torito)', columns, rows);
}

/** The packages of a root image. */
export function packageSection({ kind, layer, list }: NonNullable<ImageMap['packages']>): Html {
  const columns = [{ title: 'package' }, { title: 'version' }, { title: 'architecture' }] as const;
  const rows = list.map(({ name, version, architecture }) => [name, version, architecture]);
  return html`<p>${counted(list.length, 'package')} in the ${kind} database${layer === '' ? '' : html` of <span class="path">${layer}</span>`}.</p>
<details><summary>All packages</summary>${table('Installed packages', columns, rows)}</details>
`;
}
