// A laid-out hierarchy as bytes, for one address system: block numbers are stored relative to `origin`.

import type { ByteString } from '../../bytes/index.js';
import { assertPlanned } from '../../errors.js';
import type { Content } from '../../io/index.js';
import type { Directory, File, Node } from '../../tree/index.js';
import { FLAG_DIRECTORY, FLAG_MULTI_EXTENT, recordLength, writeRecord } from './directory-record.js';
import { FieldRun } from './field-run.js';
import { BLOCK, EXTENT_BYTES } from './geometry.js';
import { type Hierarchy, type HierarchyDirectory, placeRecord, spreadIn } from './hierarchy.js';
import { type ByteOrder, renderPathTable } from './path-table.js';
import { visitRecords } from './records.js';
import { applySpread, ContinuationArea } from './susp.js';

/** Where the data of a file are: absolute block and bytes. */
export interface FilePlace {
  readonly block: number;
  readonly size: number;
}

/** Facts of the disc for rendering a hierarchy. Blocks are absolute. */
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

/** One directory: its records and after them its continuation area, whole blocks. `scratch` is reused. */
export function renderDirectory(
  hierarchy: Hierarchy,
  index: number,
  place: Placement,
  scratch = new FieldRun(),
): Uint8Array {
  const { directories, indexOf, multiExtent } = hierarchy;
  const dir = directories[index]!;
  const blockOf = (node: Directory<Content>) => directoryExtent(hierarchy, indexOf.get(node)!, place);
  const writer = new RecordWriter(dir, directoryExtent(hierarchy, index, place));
  const empty = place.emptyBlock - place.origin;
  const recorded = { node: dir.node, parent: directories[dir.parent]!.node, isRoot: index === 0, range: dir.range };
  visitRecords(recorded, hierarchy, scratch, blockOf, (identifier, node, kind) => {
    const systemUse = writer.place(identifier, scratch);
    if (kind === 'directory') {
      const target = indexOf.get(node as Directory<Content>)!;
      const extent = directoryExtent(hierarchy, target, place);
      writer.add(identifier, node, FLAG_DIRECTORY, systemUse, extent, directories[target]!.size);
      return;
    }
    const at = kind === 'other' && node.kind === 'file' ? place.file(node) : undefined;
    if (!at || at.size === 0) {
      writer.add(identifier, node, 0, systemUse, empty, 0);
      return;
    }
    // One record per extent; all of them share the continued fields.
    for (let done = 0; done < at.size; done += EXTENT_BYTES) {
      const size = Math.min(EXTENT_BYTES, at.size - done);
      const flags = multiExtent && done + size < at.size ? FLAG_MULTI_EXTENT : 0;
      writer.add(identifier, node, flags, systemUse, at.block - place.origin + done / BLOCK, size);
    }
  });
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

class RecordWriter {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  readonly #area: Uint8Array;
  readonly #areaBlock: number;
  readonly #continuation = new ContinuationArea();
  readonly #dir: HierarchyDirectory;
  #end = 0;

  constructor(dir: HierarchyDirectory, extent: number) {
    this.#dir = dir;
    this.#bytes = new Uint8Array(dir.size + dir.continuationBlocks * BLOCK);
    this.#view = new DataView(this.#bytes.buffer);
    this.#area = this.#bytes.subarray(dir.size);
    this.#areaBlock = extent + dir.size / BLOCK;
  }

  /** Writes what does not fit the record into the continuation area, and gives the bytes for the record itself. */
  place(identifier: ByteString, fields: FieldRun): Uint8Array {
    if (fields.count === 0) return NOTHING;
    return applySpread(spreadIn(this.#continuation, identifier, fields), fields, this.#area, this.#areaBlock);
  }

  add(
    identifier: ByteString,
    node: Node<Content>,
    flags: number,
    systemUse: Uint8Array,
    extent: number,
    size: number,
  ): void {
    const length = recordLength(identifier, systemUse.length);
    const at = placeRecord(this.#end, length);
    writeRecord({ identifier, extent, size, time: node.mtime, flags, systemUse }, this.#bytes, at, this.#view);
    this.#end = at + length;
  }

  /** Fewer records than planned leave zeros at the end, which readers skip: an open file turned out smaller than its limit. */
  bytes(): Uint8Array {
    if (this.#end > this.#dir.size) assertPlanned('directory size', this.#dir.size, this.#end);
    return this.#bytes;
  }
}

const NOTHING = new Uint8Array(0);
