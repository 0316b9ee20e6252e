// Merges layers into one tree (image-spec, layer.md).

import { type ByteString, displayText, SIGNATURE_LENGTH, streamFormat } from '../../bytes/index.js';
import { unpackStream } from '../../compress/index.js';
import { type InvalidImageError, IsopressError } from '../../errors.js';
import { asBytes, openFileSource, type Range, type Run } from '../../io/index.js';
import type { FileTree, LossLog } from '../../tree/index.js';
import { entriesWithLosses, type Meter, type TarEntry, TreeDraft } from '../tar/index.js';
import { digestCheck } from './blob.js';
import { damagedImage } from './errors.js';
import type { ImageLayer } from './layout.js';
import type { SpoolFile } from './spool-file.js';
import type { StoredRange } from './stored-range.js';

const WHITEOUT = '.wh.';
/** Names of files that AUFS keeps for itself; only the opaque whiteout has a meaning in layers. */
const RESERVED = '.wh..wh.';
const OPAQUE = '.wh..wh..opq';

/** How layers are merged. */
export interface LayerOptions {
  /** The image, as messages name it. */
  readonly shown: string;
  readonly spool: SpoolFile;
  /** Counts the memory of all layers. */
  readonly meter: Meter;
  readonly losses?: LossLog | undefined;
  readonly note?: ((text: string) => void) | undefined;
}

/** The tree of the layers; the lowest comes first. Throws {@link InvalidImageError} for a damaged layer or a wrong digest. */
export async function mergeLayers(layers: readonly ImageLayer[], options: LayerOptions, run: Run): Promise<FileTree> {
  const draft = new TreeDraft(options.meter, 'root');
  /** By digest, because an image may use a layer several times. */
  const unpacked = new Map<string, StoredRange>();
  for (const [index, layer] of layers.entries()) {
    if (index > 0) draft.nextLayer();
    try {
      const range = unpacked.get(layer.diffId) ?? (await unpackLayer(layer, options, run));
      unpacked.set(layer.diffId, range);
      await addLayer(draft, range, options, run);
    } catch (error) {
      throw named(error, `${options.shown}: Layer ${index + 1} of ${layers.length}, ${layer.name}`);
    }
    run.report({ step: 'reading layers', done: index + 1, total: layers.length, unit: 'steps' });
  }
  return draft.finish();
}

/** The place of a layer's uncompressed archive, in the image or unpacked in the spool. Its digests have been checked. */
async function unpackLayer(
  { name, file, digest, diffId }: ImageLayer,
  { shown, spool }: LayerOptions,
  run: Run,
): Promise<StoredRange> {
  const { content, place } = file;
  const format = streamFormat(await headOf(file, run));
  const inner = digestCheck(shown, diffId);
  const outer = format === 'none' || digest === undefined ? undefined : digestCheck(shown, digest);
  if (format === 'none' && place) {
    for await (const piece of asBytes(content.pieces(run), run)) inner.update(piece);
    inner.end(name);
    return place;
  }
  const packed = (async function* () {
    for await (const piece of asBytes(content.pieces(run), run)) {
      outer?.update(piece);
      yield piece;
    }
  })();
  const range = await spool.append(updating(inner, unpackStream(format, packed, spool.room)));
  outer?.end(name);
  inner.end(`${name}, unpacked,`);
  return range;
}

async function* updating(
  check: { update(bytes: Uint8Array): void },
  pieces: AsyncIterable<Uint8Array>,
): AsyncGenerator<Uint8Array> {
  for await (const piece of pieces) {
    check.update(piece);
    yield piece;
  }
}

async function headOf({ content }: ImageLayer['file'], run: Run): Promise<Uint8Array> {
  const head = content.slice({ at: 0, length: Math.min(SIGNATURE_LENGTH, content.size) });
  const bytes = new Uint8Array(SIGNATURE_LENGTH);
  let at = 0;
  for await (const piece of asBytes(head.pieces(run), run)) {
    bytes.set(piece, at);
    at += piece.length;
  }
  return bytes.subarray(0, at);
}

async function addLayer(
  draft: TreeDraft,
  layer: StoredRange,
  { shown, meter, losses, note }: LayerOptions,
  run: Run,
): Promise<void> {
  const file = await openFileSource(layer.archive.path);
  try {
    const open = ({ at, length }: Range) => layer.archive.part({ at: layer.at + at, length });
    const options = { ...(losses && { losses }), ...(note && { note }) };
    for await (const entry of entriesWithLosses(file.slice(layer), run, meter, options)) {
      const mark = whiteout(entry.path);
      if (mark === undefined) draft.add(withoutMarks(entry, losses), open);
      else if (mark === 'broken') throw brokenWhiteout(shown, entry.path);
      else if (mark !== 'none') draft.hide(entry, mark.path, mark.children);
    }
  } finally {
    await file.close();
  }
}

/** Attributes with which overlayfs marks its own upper layers: a builder that stores them in a layer has packed its storage. */
const MARKS = 'trusted.overlay.';

/** The entry without attributes that would be orders to an overlayfs over the tree, as umoci leaves them out. */
function withoutMarks(entry: TarEntry, losses: LossLog | undefined): TarEntry {
  if (!entry.xattrs.some(({ name }) => name.startsWith(MARKS))) return entry;
  losses?.add('oci.overlay-mark', 'Marks of overlayfs in layers are left out.', entry.path);
  return { ...entry, xattrs: entry.xattrs.filter(({ name }) => !name.startsWith(MARKS)) };
}

/** The path that an entry removes; `none` for a file of AUFS, undefined for one that removes nothing. */
function whiteout(
  path: ByteString,
): { readonly path: ByteString; readonly children: boolean } | 'broken' | 'none' | undefined {
  if (!path.includes(WHITEOUT)) return undefined;
  const names = path.split('/').filter((name) => name !== '' && name !== '.');
  const last = names.pop() ?? '';
  if (names.some((name) => name.startsWith(RESERVED))) return 'none';
  const directory = names.join('/') as ByteString;
  if (last === OPAQUE) return { path: directory, children: true };
  if (last.startsWith(RESERVED)) return 'none';
  if (!last.startsWith(WHITEOUT)) return undefined;
  const name = last.slice(WHITEOUT.length);
  if (name === '' || name === '.' || name === '..') return 'broken';
  return { path: [...names, name].join('/') as ByteString, children: false };
}

function brokenWhiteout(shown: string, path: ByteString): InvalidImageError {
  return damagedImage(shown, 'oci.whiteout', `The whiteout "${displayText(path)}" names nothing that can be removed.`);
}

/** Adds the name of the layer to errors of archives and streams. */
function named(error: unknown, where: string): unknown {
  if (!(error instanceof IsopressError) || !/^(tar|compress)\./.test(error.code)) return error;
  const Kind = error.constructor as new (...given: ConstructorParameters<typeof IsopressError>) => IsopressError;
  return new Kind(error.code, `${where}: ${error.message}`, {
    ...error.place,
    hint: error.wording.hint,
    cause: error,
  });
}
