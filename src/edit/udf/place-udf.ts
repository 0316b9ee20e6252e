// Places of UDF entries and directories. Everything keeps its blocks where it fits; what is new or has grown comes after the last file.

import { alignUp, divCeil } from '../../bytes/index.js';
import { BLOCK } from '../../format/iso9660/index.js';
import {
  continuationBlocks,
  DATA_FORM,
  entryRoom,
  fileIdentifierHead,
  identifierLength,
} from '../../format/udf/index.js';
import type { Node } from '../../tree/index.js';
import type { EditedTree } from '../change/edited-tree.js';
import {
  type AttributeValues,
  type Data,
  type Entry,
  type Folder,
  foldersOf,
  type KeptEntry,
  type NewEntry,
} from '../kept/entries.js';
import type { Blocks, KeptInode, KeptUdf } from './kept-udf.js';
import { shapeOf } from './read-inode.js';

/** Bytes of a short allocation descriptor, which new entries have. */
export const SHORT = 8;
/** Bytes of a long one. */
export const LONG = 16;

/** A run of blocks: of the old disc, or after its last file. */
export interface FutureBlocks extends Blocks {
  readonly isNew: boolean;
}

/** A file entry of the new disc. */
export interface PlacedInode {
  readonly place: FutureBlocks;
  /** The entry of the old disc from which it is made. */
  readonly kept: KeptInode | undefined;
  /** An added node. */
  readonly node: Node | undefined;
  /** Of a directory. */
  readonly folder: Folder | undefined;
  /** The file that the entry shows, with the time that it gets. */
  readonly replaced: KeptEntry | undefined;
  readonly data: Data | undefined;
  /** Another mode or owner, for every name of the entry. */
  changed: AttributeValues | undefined;
  /** Blocks after the first one: further allocation descriptors of new data. */
  readonly continuations: FutureBlocks | undefined;
  /** Where the identifiers of a directory are; empty if they are in the entry. */
  readonly runs: readonly FutureBlocks[];
  /** Bytes of the identifiers of a directory. */
  readonly size: number;
  /** Of an entry that the old disc did not have. */
  readonly uniqueId: number | undefined;
  /** Identifiers that lead to it. */
  names: number;
}

/** The UDF view of the new disc. */
export interface PlacedUdf {
  readonly udf: KeptUdf;
  readonly inodes: readonly PlacedInode[];
  /** The entry that an identifier leads to. */
  inodeOf(named: Entry | Folder): PlacedInode;
  /** Blocks of the old disc that nothing uses any more. */
  readonly freed: readonly Blocks[];
  readonly nextUniqueId: number;
  /** Entries added minus entries removed. */
  readonly added: { readonly files: number; readonly directories: number };
}

/** Allocates blocks after the last file. */
interface Zone {
  take(blocks: number): number;
}

/** The entry of the old disc that an identifier leads to. */
export function keptInodeOf({ inodes, partition }: KeptUdf, { records, folder }: KeptEntry): KeptInode {
  const own = folder?.records?.block;
  return inodes.get(own ?? partition.block + fileIdentifierHead.decode(records[0]!).entry.block)!;
}

/** Places the entries of an edited UDF view. */
export function placeUdf(udf: KeptUdf, { tree }: EditedTree, zone: Zone): PlacedUdf {
  const placer = new Placer(udf, zone);
  const folders = foldersOf(tree.root);
  for (const { entries } of folders) for (const entry of entries) placer.note(entry);
  for (const folder of folders) {
    placer.placeFolder(folder);
    for (const entry of folder.entries) if (!entry.folder) placer.placeFile(entry);
  }
  return placer.finish();
}

class Placer {
  readonly #udf: KeptUdf;
  readonly #zone: Zone;
  readonly #inodes = new Map<Entry | Folder, PlacedInode>();
  /** Entries that some identifier still shows unchanged. */
  readonly #unchanged = new Set<KeptInode>();
  /** By the old entry, the added node, or the name of a replaced file. */
  readonly #shared = new Map<unknown, PlacedInode>();
  /** Entries of the old disc that stay in their blocks. */
  readonly #stay = new Set<KeptInode>();
  readonly #freed: Blocks[] = [];
  #nextUniqueId: number;

  constructor(udf: KeptUdf, zone: Zone) {
    this.#udf = udf;
    this.#zone = zone;
    this.#nextUniqueId = udf.nextUniqueId;
  }

  note(entry: Entry): void {
    if (entry.records && !entry.folder && !entry.attributes) this.#unchanged.add(keptInodeOf(this.#udf, entry));
  }

  placeFile(entry: Entry): void {
    const kept = entry.records ? keptInodeOf(this.#udf, entry) : undefined;
    const replaced = entry.records && entry.attributes ? entry : undefined;
    // Each name of a file that was replaced gets its own bytes, as in ISO 9660.
    const key = replaced ?? kept ?? (entry as NewEntry).node;
    const known = this.#shared.get(key);
    const inode = known ?? this.#newFile(entry, kept, replaced);
    if (known) {
      known.names++;
      known.changed = entry.changed ?? known.changed;
    }
    this.#shared.set(key, inode);
    this.#inodes.set(entry, inode);
  }

  #newFile(entry: Entry, kept: KeptInode | undefined, replaced: KeptEntry | undefined): PlacedInode {
    const { data } = entry;
    const isFree = kept && !this.#stay.has(kept) && (!replaced || !this.#unchanged.has(kept));
    if (isFree) this.#stay.add(kept);
    const place = isFree ? { block: kept.block, blocks: 1, isNew: false } : this.#take(1);
    return {
      place,
      kept,
      node: entry.records ? undefined : entry.node,
      folder: undefined,
      replaced,
      data,
      changed: entry.changed,
      continuations: data && (replaced || !kept) ? this.#continuations(data, kept) : undefined,
      runs: [],
      size: 0,
      uniqueId: isFree ? undefined : this.#nextUniqueId++,
      names: 1,
    };
  }

  #continuations({ size }: Data, kept: KeptInode | undefined): FutureBlocks | undefined {
    const shape = kept && shapeOf(kept.entry);
    const room = shape ? BLOCK - shape.allocation : entryRoom(0);
    const blocks = continuationBlocks(size, room, shape?.form === DATA_FORM.long ? LONG : SHORT);
    return blocks > 0 ? this.#take(blocks) : undefined;
  }

  placeFolder(folder: Folder): void {
    const kept = folder.records && this.#udf.inodes.get(folder.records.block)!;
    if (kept) this.#stay.add(kept);
    const place = kept ? { block: kept.block, blocks: 1, isNew: false } : this.#take(1);
    const size = sizeOfFolder(folder);
    this.#inodes.set(folder, {
      place,
      kept,
      node: folder.node,
      folder,
      replaced: undefined,
      data: undefined,
      changed: folder.changed,
      continuations: undefined,
      runs: this.#runs(folder, kept, size),
      size,
      uniqueId: kept ? undefined : this.#nextUniqueId++,
      names: 1,
    });
  }

  /** Identifiers stay where they are if they fit there; those of a changed directory in several parts come together. */
  #runs({ isChanged }: Folder, kept: KeptInode | undefined, size: number): FutureBlocks[] {
    const shape = kept && shapeOf(kept.entry);
    const old = (kept?.folder ?? []).map((run) => ({ ...run, isNew: false }));
    if (kept && !isChanged) return old;
    const room = shape ? BLOCK - shape.allocation : entryRoom(0);
    const isEmbedded = !shape || shape.form === DATA_FORM.embedded;
    if (isEmbedded) return size <= room ? [] : [this.#take(divCeil(size, BLOCK))];
    if (old.length === 1 && size <= old[0]!.blocks * BLOCK) return old;
    this.#freed.push(...old, ...kept!.continuations.map(({ block }) => ({ block, blocks: 1 })));
    return [this.#take(divCeil(size, BLOCK))];
  }

  #take(blocks: number): FutureBlocks {
    return { block: this.#zone.take(blocks), blocks, isNew: true };
  }

  finish(): PlacedUdf {
    const inodes = [...new Set(this.#inodes.values())];
    const added = { files: 0, directories: 0 };
    for (const { kept, place, folder } of inodes) {
      if (!kept || place.isNew) added[folder ? 'directories' : 'files']++;
    }
    for (const inode of this.#udf.inodes.values()) {
      if (this.#stay.has(inode)) continue;
      added[this.#udf.tree.folders.has(inode.block) ? 'directories' : 'files']--;
      this.#freed.push({ block: inode.block, blocks: 1 }, ...inode.folder, ...oldContinuations(inode));
    }
    for (const { kept, replaced, place } of inodes)
      if (kept && replaced && !place.isNew) this.#freed.push(...oldContinuations(kept));
    return {
      udf: this.#udf,
      inodes,
      inodeOf: (named) => this.#inodes.get('folder' in named && named.folder ? named.folder : named)!,
      freed: this.#freed,
      nextUniqueId: this.#nextUniqueId,
      added,
    };
  }
}

function oldContinuations({ continuations }: KeptInode): Blocks[] {
  return continuations.map(({ block }) => ({ block, blocks: 1 }));
}

/** Bytes of the identifiers of a directory. */
function sizeOfFolder({ records, entries }: Folder): number {
  const parent = records?.parent.length ?? identifierLength('');
  return entries.reduce((sum, entry) => sum + lengthOf(entry), parent);
}

function lengthOf({ records, identifier }: Entry): number {
  return records ? records[0]!.length : alignUp(fileIdentifierHead.size + identifier.length, 4);
}
