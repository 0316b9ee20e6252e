// Plans an edit: reads the disc, changes its hierarchies, places new data, and renders the new disc.

import { type ByteString, defined, EPOCH_ZERO, type Timestamp } from '../bytes/index.js';
import { isoLosses, volumeDescriptor } from '../format/iso9660/index.js';
import {
  type ExactContent,
  type ImagePlan,
  type Run,
  type Source,
  type Spool,
  type Target,
  withSeals,
} from '../io/index.js';
import { type Loss, LossLog } from '../tree/index.js';
import { ChangeLog } from './change/apply.js';
import { EditedTrees } from './change/edited-trees.js';
import { changeContents, changeEntries, pathsOf } from './change-files.js';
import type { AddedTree, EditChanges } from './changes.js';
import type { EditContext } from './edit-context.js';
import { type InPlaceEdit, inPlaceEdit } from './in-place.js';
import { type KeptDisc, readDisc } from './kept/read-disc.js';
import type { EditLayout } from './layout.js';
import { mediaCheckOf } from './media-check.js';
import { checkBootCode } from './place/boot.js';
import { checkVolumeId, volumeIdOf } from './place/descriptors.js';
import { contentOfDisc, overlaid } from './place/overlay.js';
import { keptFiles, placeEdit } from './place/place-edit.js';
import { type OtherChanges, renderEdit } from './place/render.js';
import { renderResettable } from './reset/resettable.js';

/** A planned edit: content that is read from the old disc when it is written. */
export type EditPlan = ImagePlan<EditLayout, ExactContent> & {
  /** The same edit as a change of the old image. */
  readonly inPlace: InPlaceEdit;
};

/** Means for planning an edit. */
export interface PlanEditOptions {
  /** Takes new data of layers, which is compressed while the edit is planned. Default: it is held in memory. */
  readonly spool?: Spool | undefined;
  /** Is given the files of the old disc as soon as it is known that the new one will most likely have them at the same place. */
  readonly copyAhead?: Target['copyAhead'];
}

const HIDDEN = 'Entries are added that a view does not show, because it does not show their directory.';

const RENAMED = 'Added entries get other names, because those given do not fit the names of the disc.';
const CHECKSUMS = 'Checksums of libisofs over the whole disc no longer fit, and are removed.';
const OLDER_SESSIONS =
  'Older sessions are not kept: xorriso goes on listing them, but their files may be overwritten or elsewhere.';
const HIDDEN_IMAGE = 'A removed file is a boot image: no directory shows it, but firmware still starts it.';
const OLD_VIEW = 'The HFS or HFS+ view of the disc, which macOS prefers, goes on showing the old files.';

/**
 * Plans the edit of a disc. The old disc must not change until the plan is written. Throws {@link UnsupportedError} for a layout that
 * cannot be kept, {@link InvalidInputError} for changes that do not fit the disc.
 */
export async function planEdit(
  image: Source,
  changes: EditChanges,
  run: Run,
  { spool, copyAhead }: PlanEditOptions = {},
): Promise<EditPlan> {
  if (changes.volumeId !== undefined) checkVolumeId(changes.volumeId);
  const disc = await readDisc(image);
  const trees = new EditedTrees(disc);
  const time = changes.epoch ?? volumeTime(disc);
  const context: EditContext = { disc, trees, log: new ChangeLog(), losses: new LossLog(), time, run };
  const { log, losses } = context;
  const { seal, style, dropsTags, patches: unsigned } = await mediaCheckOf(image, changes.mediaCheck, losses);
  const before = pathsOf(trees);
  const changed = await changeEntries(context, changes, spool);
  const { layers, seeded } = changed;
  // For a seal all bytes are read.
  const kept = copyAhead && !seal && !changed.replacesData ? keptFiles(disc, trees) : undefined;
  if (kept) copyAhead!(image.slice(kept), kept.at);
  const { patches, defaultEntries } = await changeContents(context, changes, changed, before);
  trees.settleLinks();
  for (const path of trees.hiddenIn) losses.add('edit.hidden', HIDDEN, path as ByteString);
  for (const [path, stored] of trees.renamed) losses.addValue('edit.name', RENAMED, `/${path} → ${stored}`);
  reportRemains(context);
  const other = { volumeId: changes.volumeId, dropsTags, patches: [...patches, ...unsigned] };
  const { places, disc: edited } = changes.resettable
    ? await renderResettable(context, other, changes.sort)
    : await renderPlain(context, other, changes.sort);
  await checkBootCode(disc, places, losses);
  const layout: EditLayout = {
    format: 'iso9660',
    volumeId: changes.volumeId ?? volumeIdOf(disc.descriptors[0]!.bytes),
    oldSize: image.size,
    size: edited.size,
    moves: places.cuts.filter(({ by }) => by > 0),
    entries: log.list(),
    ...defined({
      layers: layers.length > 0 ? layers.flatMap((one) => one.layers) : undefined,
      defaultEntries,
      mediaCheck: style,
    }),
    losses: [
      ...losses.list(),
      ...addedLosses(trees, [...(changes.add ?? []), ...seeded]),
      ...layers.flatMap((one) => one.losses),
    ],
  };
  // A media-check tag needs a digest of all bytes: reading them once, for it and for writing, costs less than copying them too.
  const plan = { ...contentOfDisc(edited), layout, parts: edited.segments.map(({ content }) => content) };
  const inPlace = inPlaceEdit(edited, seal);
  return { ...(seal ? withSeals(plan, [seal]) : plan), inPlace };
}

async function renderPlain({ disc, trees }: EditContext, other: OtherChanges, sort: EditChanges['sort']) {
  const places = placeEdit(disc, trees, { sort });
  const { overlays, emptied } = await renderEdit(disc, places, other);
  return { places, disc: overlaid(disc.image, places.cuts, overlays, emptied) };
}

/** Reports parts of the disc that an edit cannot keep in step with the files: HFS views, checksums, older sessions, hidden boot images. */
function reportRemains({ disc, trees, losses }: EditContext): void {
  const { hfs, checksums, catalog, data, olderSessions } = disc;
  if (hfs) losses.addValue('edit.hfs', OLD_VIEW, 'HFS');
  if (checksums.length > 0) losses.addValue('edit.checksums', CHECKSUMS, 'xorriso -check_md5');
  if (olderSessions > 0) {
    const shown = olderSessions === 1 ? 'session 1' : `sessions 1 to ${olderSessions}`;
    losses.addValue('edit.older-sessions', OLDER_SESSIONS, shown);
  }
  const shown = new Set<number>();
  for (const { data: one } of trees.entries()) {
    for (const block of [one?.old, one?.replaces?.old]) if (block !== undefined) shown.add(block);
  }
  for (const { block } of catalog?.entries ?? []) {
    if (data.has(block) && !shown.has(block)) losses.addValue('edit.hidden-image', HIDDEN_IMAGE, `block ${block}`);
  }
}

/** Attributes of added entries that the disc does not store. Fractions of seconds are not reported: the disc has none anyway. */
function addedLosses({ trees: [first] }: EditedTrees, add: readonly AddedTree[]): Loss[] {
  const rockRidge = first!.tree.kind === 'rock-ridge' ? first!.tree.version : undefined;
  const losses = add.flatMap(({ tree }) => isoLosses(tree, { rockRidge, xattrs: false }));
  return losses.filter(({ code }) => code !== 'iso9660.mtime-grain');
}

/** The modification or creation time of the volume, by its primary descriptor. */
function volumeTime({ descriptors }: KeptDisc): Timestamp {
  const { created, modified } = volumeDescriptor.decode(descriptors[0]!.bytes);
  return modified ?? created ?? EPOCH_ZERO;
}
