// Emits a planned image front to back. The superblock comes first and is known only at the end.

import { padding } from '../../bytes/index.js';
import type { BlockCompressor } from '../../compress/index.js';
import { InternalError } from '../../errors.js';
import { type Piece, pieceLength, type Run } from '../../io/index.js';
import { compressorId, renderCompressorOptions } from './compressors.js';
import { emitData, type PlacedData, unplacedData } from './emit-data.js';
import { fragmentEntries, type RenderedTable, renderLookup, renderXattrs, u32List, u64List } from './emit-tables.js';
import { renderTree } from './emit-tree.js';
import type { PlannedImage } from './layout.js';
import type { StoredPart } from './options.js';
import { MAGIC, type Superblock, SuperblockFlag, superblock, VERSION } from './superblock.js';

/**
 * The pieces of the image, without the data that is copied from an old one: that comes after the options record. The compressor lives as
 * long as the emission, however that ends.
 */
export async function* emitImage(image: PlannedImage, run: Run): AsyncGenerator<Piece> {
  const { offset, padTo } = image.options;
  let head: Superblock | undefined;
  if (offset > 0) yield { hole: offset };
  yield {
    length: superblock.size,
    render: () => {
      if (!head) throw new InternalError('internal.superblock', 'The superblock was requested before the last table.');
      return superblock.encode(head);
    },
  };
  const compressor = image.options.compression.open(run);
  try {
    const options = optionsRecord(image);
    if (options) yield options;
    const start = superblock.size + (options?.length ?? 0);
    const placed = unplacedData(image, start);
    let at = start + (image.data.kept?.data.length ?? 0);
    for await (const piece of emitData(image, placed, at, compressor, run)) {
      at += pieceLength(piece);
      yield piece;
    }
    const tables = new TablesEmitter(image, placed, compressor, run, at);
    yield* tables.emit();
    const { bytesUsed } = tables.facts;
    const end = bytesUsed + padding(bytesUsed, padTo);
    const { sizeLimit } = image.layout;
    if (offset + end > sizeLimit) {
      throw new InternalError('internal.size-limit', `${offset + end} bytes where at most ${sizeLimit} were planned.`);
    }
    if (end > bytesUsed) yield { hole: end - bytesUsed };
    head = renderHead(image, placed, tables.facts, options !== undefined);
  } finally {
    await compressor.close();
  }
}

/** The record of the compressor's settings; that of the old image, if there is one. */
export function optionsRecord({ options, record }: PlannedImage): Uint8Array | undefined {
  return record ? record.bytes : renderCompressorOptions(options.compression, options.blockSize);
}

type TableFacts = Pick<
  Superblock,
  | 'rootInode'
  | 'bytesUsed'
  | 'inodeTableAt'
  | 'directoryTableAt'
  | 'fragmentTableAt'
  | 'exportTableAt'
  | 'idTableAt'
  | 'xattrTableAt'
>;

/** Everything after the data. Readers find the end of each table by the start of the next: nothing is between them. */
class TablesEmitter {
  readonly #image: PlannedImage;
  readonly #placed: PlacedData;
  readonly #compressor: BlockCompressor;
  readonly #run: Run;
  #at: number;
  #facts: TableFacts | undefined;

  constructor(image: PlannedImage, placed: PlacedData, compressor: BlockCompressor, run: Run, at: number) {
    this.#image = image;
    this.#placed = placed;
    this.#compressor = compressor;
    this.#run = run;
    this.#at = at;
  }

  /** The superblock's facts of the tables; set when they are emitted. */
  get facts(): TableFacts {
    if (!this.#facts) throw new InternalError('internal.tables', 'The tables have not been emitted yet.');
    return this.#facts;
  }

  async *emit(): AsyncGenerator<Uint8Array> {
    const { options, layout, xattrs } = this.#image;
    const tree = await renderTree(this.#image, this.#placed, this.#compressor, this.#run);
    const inodeTableAt = this.#at;
    yield* this.#put(tree.inodes);
    const directoryTableAt = this.#at;
    yield* this.#put(tree.listings);
    const { fragments } = this.#placed;
    // GRUB reads the first entry whether there are any or not: an empty table has a place too.
    const fragmentTable =
      fragments.length > 0 ? await this.#lookup(fragmentEntries(fragments), 'inodes') : { parts: [], at: this.#at };
    yield* this.#put(fragmentTable.parts);
    const exportTable = options.exportTable ? await this.#lookup(u64List(tree.refs), 'inodes') : undefined;
    yield* this.#put(exportTable?.parts);
    const idTable = await this.#lookup(u32List(layout.ids), 'ids');
    yield* this.#put(idTable.parts);
    const xattrTable =
      xattrs.sets.length > 0 ? await renderXattrs(xattrs.sets, this.#at, this.#context('xattrs')) : undefined;
    yield* this.#put(xattrTable?.parts);
    this.#facts = {
      rootInode: tree.refs.at(-1)!,
      bytesUsed: this.#at,
      inodeTableAt,
      directoryTableAt,
      fragmentTableAt: fragmentTable.at,
      exportTableAt: exportTable?.at,
      idTableAt: idTable.at,
      xattrTableAt: xattrTable?.at,
    };
  }

  #lookup(content: Uint8Array, part: StoredPart): Promise<RenderedTable> {
    return renderLookup(content, this.#at, this.#context(part));
  }

  #context(part: StoredPart) {
    return { compressor: this.#compressor, stored: this.#image.options.stored.has(part), run: this.#run };
  }

  *#put(parts: readonly Uint8Array[] = []): Generator<Uint8Array> {
    for (const part of parts) {
      this.#at += part.length;
      yield part;
    }
  }
}

function renderHead(image: PlannedImage, placed: PlacedData, facts: TableFacts, withOptions: boolean): Superblock {
  const { options, layout } = image;
  const { compression, blockSize, blockLog } = options;
  return {
    ...facts,
    magic: MAGIC,
    inodeCount: layout.inodes,
    modificationTime: layout.modificationTime,
    blockSize,
    fragmentCount: placed.fragments.length,
    compressor: compressorId(compression.name),
    blockLog,
    flags: flagsOf(image, withOptions),
    idCount: layout.ids.length,
    ...VERSION,
  };
}

function flagsOf({ options, xattrs }: PlannedImage, withOptions: boolean): number {
  const { stored } = options;
  const F = SuperblockFlag;
  let flags = 0;
  if (stored.has('inodes')) flags |= F.inodesStored;
  if (stored.has('data')) flags |= F.dataStored;
  if (stored.has('fragments')) flags |= F.fragmentsStored;
  if (stored.has('xattrs')) flags |= F.xattrsStored;
  if (stored.has('ids')) flags |= F.idsStored;
  if (!options.fragments) flags |= F.noFragments;
  if (options.tailPacking) flags |= F.alwaysFragments;
  if (options.duplicatesShared) flags |= F.duplicatesShared;
  if (options.exportTable) flags |= F.exportable;
  if (xattrs.sets.length === 0) flags |= F.noXattrs;
  if (withOptions) flags |= F.compressorOptions;
  return flags;
}
