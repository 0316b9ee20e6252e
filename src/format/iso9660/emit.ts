// A laid-out hierarchy as bytes, for one address system: block numbers are stored relative to `origin`.

import type { ByteString } from '../../bytes/index.js';
import { assertPlanned } from '../../errors.js';
import type { Content } from '../../io/index.js';
import type { File, Node } from '../../tree/index.js';
import { recordedTime } from './date.js';
import { FLAG_DIRECTORY, FLAG_MULTI_EXTENT, PARENT, recordLength, SELF, writeRecord } from './directory-record.js';
import { FieldRun } from './field-run.js';
import { BLOCK, EXTENT_BYTES } from './geometry.js';
import { extentCount, type Hierarchy, type HierarchyDirectory, placeRecord, spreadIn } from './hierarchy.js';
import { type ByteOrder, renderPathTable } from './path-table.js';
import { childLink, movedIn, parentLink, RELOCATED } from './relocation.js';
import { applySpread, ContinuationArea } from './susp.js';

/** Where the data of a file lie: absolute block and bytes. */
export interface FilePlace {
  readonly block: number;
  readonly size: number;
}

/** What rendering a hierarchy needs to know of the disc. Blocks are absolute. */
export interface Placement {
  /** Block that is number 0 in the address system: 0, or the start of the partition. */
  readonly origin: number;
  /** First block of the hierarchy's directories. */
  readonly directories: number;
  file(node: File<Content>): FilePlace;
  /** Block that records without data point at; some readers check it. */
  readonly emptyBlock: number;
}

/** First block, as stored, of directory `index`. */
export function directoryExtent(
  hierarchy: Hierarchy,
  index: number,
  place: Pick<Placement, 'origin' | 'directories'>,
): number {
  return place.directories + hierarchy.directories[index]!.block - place.origin;
}

/** One directory: its records and behind them its continuation area, whole blocks. `scratch` serves for one after the other. */
export function renderDirectory(
  hierarchy: Hierarchy,
  index: number,
  place: Placement,
  scratch = new FieldRun(),
): Uint8Array {
  const dir = hierarchy.directories[index]!;
  const parent = hierarchy.directories[dir.parent]!;
  const writer = new RecordWriter(hierarchy, dir, directoryExtent(hierarchy, index, place));
  const use = hierarchy.systemUse;
  const extentOf = (target: number) => [
    { extent: directoryExtent(hierarchy, target, place), size: hierarchy.directories[target]!.size },
  ];
  const fields = use && scratch;
  fields?.clear();
  use?.addSelfFields(fields!, dir.node, index === 0);
  writer.add(SELF, dir.node, FLAG_DIRECTORY, fields, extentOf(index));
  fields?.clear();
  use?.addSelfFields(fields!, parent.node, false);
  const home = hierarchy.relocation?.parents.get(dir.node);
  if (home) fields?.append(parentLink(extentOf(hierarchy.indexOf.get(home)!)[0]!.extent));
  writer.add(PARENT, parent.node, FLAG_DIRECTORY, fields, extentOf(dir.parent));
  for (const { identifier, name, node } of hierarchy.entries.of(dir.range)) {
    fields?.clear();
    use?.addEntryFields(fields!, node, name);
    if (node.kind !== 'directory') {
      writer.add(identifier, node, 0, fields, extentsOf(node, place));
      continue;
    }
    const extents = extentOf(hierarchy.indexOf.get(node)!);
    const moved = movedIn(dir.node, node, hierarchy.relocation);
    if (moved === 'away') {
      fields?.append(childLink(extents[0]!.extent));
      const extent = place.emptyBlock - place.origin;
      writer.add(identifier, node, 0, fields, [{ extent, size: 0 }]);
    } else {
      if (moved) fields?.append(RELOCATED);
      writer.add(identifier, node, FLAG_DIRECTORY, fields, extents);
    }
  }
  return writer.bytes();
}

/** The path table in one byte order. */
export function renderHierarchyPathTable(hierarchy: Hierarchy, order: ByteOrder, place: Placement): Uint8Array {
  const entries = hierarchy.directories.map((dir, index) => ({
    identifier: dir.identifier,
    extent: directoryExtent(hierarchy, index, place),
    parent: dir.parent + 1,
  }));
  return renderPathTable(entries, hierarchy.pathTableSize, order);
}

interface Extent {
  readonly extent: number;
  readonly size: number;
}

function extentsOf(node: Node<Content>, place: Placement): Extent[] {
  if (node.kind !== 'file') return [{ extent: place.emptyBlock - place.origin, size: 0 }];
  const { block, size } = place.file(node);
  if (size === 0) return [{ extent: place.emptyBlock - place.origin, size: 0 }];
  return Array.from({ length: extentCount(size) }, (_, i) => ({
    extent: block - place.origin + (i * EXTENT_BYTES) / BLOCK,
    size: Math.min(EXTENT_BYTES, size - i * EXTENT_BYTES),
  }));
}

const NOTHING = new Uint8Array(0);

class RecordWriter {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  readonly #area: Uint8Array;
  readonly #areaBlock: number;
  readonly #continuation = new ContinuationArea();
  readonly #dir: HierarchyDirectory;
  readonly #relaxed: boolean;
  #end = 0;

  constructor(hierarchy: Hierarchy, dir: HierarchyDirectory, extent: number) {
    this.#dir = dir;
    this.#bytes = new Uint8Array(dir.size + dir.continuationBlocks * BLOCK);
    this.#view = new DataView(this.#bytes.buffer);
    this.#area = this.#bytes.subarray(dir.size);
    this.#areaBlock = extent + dir.size / BLOCK;
    this.#relaxed = hierarchy.multiExtent;
  }

  /** One record per extent; all of them share the continued fields. */
  add(
    identifier: ByteString,
    node: Node<Content>,
    flags: number,
    fields: FieldRun | undefined,
    extents: readonly Extent[],
  ): void {
    const systemUse = fields ? this.#place(identifier, fields) : NOTHING;
    const length = recordLength(identifier, systemUse.length);
    const time = recordedTime(node.mtime);
    for (const [i, { extent, size }] of extents.entries()) {
      const at = placeRecord(this.#end, length);
      const more = this.#relaxed && i < extents.length - 1 ? FLAG_MULTI_EXTENT : 0;
      writeRecord({ identifier, extent, size, time, flags: flags | more, systemUse }, this.#bytes, at, this.#view);
      this.#end = at + length;
    }
  }

  /** Fewer records than planned leave zeros at the end, which readers skip: an open file turned out smaller than its limit. */
  bytes(): Uint8Array {
    if (this.#end > this.#dir.size) assertPlanned('directory size', this.#dir.size, this.#end);
    return this.#bytes;
  }

  #place(identifier: ByteString, fields: FieldRun): Uint8Array {
    const spread = spreadIn(this.#continuation, identifier, fields);
    return applySpread(spread, fields, this.#area, this.#areaBlock);
  }
}
