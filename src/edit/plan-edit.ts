// Plans an edit: reads the disc, changes its hierarchies, places new data, and renders the new disc.

import { type ByteString, defined, EPOCH_ZERO, fromText, type Timestamp } from '../bytes/index.js';
import { BLOCK, isoLosses, volumeDescriptor } from '../format/iso9660/index.js';
import {
  type ExactContent,
  exactContent,
  type ImagePlan,
  type Patch,
  patchedPieces,
  type Run,
  type Source,
  type Spool,
  withSeals,
} from '../io/index.js';
import { type FileTree, type Loss, LossLog } from '../tree/index.js';
import { addTree, ChangeLog, changeAttributes, removeMatching, replaceBytes } from './change/apply.js';
import { EditedTrees } from './change/edited-trees.js';
import type { AddedTree, EditChanges } from './changes.js';
import { updateDigestLists } from './digest-lists.js';
import type { EditContext } from './edit-context.js';
import { type InPlaceEdit, inPlaceEdit } from './in-place.js';
import { appendToInitrds, initrdsOf } from './initrds.js';
import { type KeptDisc, readDisc } from './kept/read-disc.js';
import { editLayer } from './layers.js';
import type { EditLayout } from './layout.js';
import { mediaCheckOf } from './media-check.js';
import { isNetworkInstaller, mediumMount } from './medium-mount.js';
import type { ArgumentChanges } from './menus/kernel-arguments.js';
import { editMenus } from './menus/menus.js';
import type { AskedMenuChanges } from './menus/wanted-choice.js';
import { checkBootCode } from './place/boot.js';
import { checkVolumeId, volumeIdOf } from './place/descriptors.js';
import { contentOfDisc, overlaid } from './place/overlay.js';
import { placeEdit } from './place/place-edit.js';
import { type OtherChanges, renderEdit } from './place/render.js';
import { renderResettable } from './reset/resettable.js';
import { checkSeedArguments, checkSeedNames, type SeedPlace, seedChanges } from './seeds.js';

/** A planned edit: content that is read from the old disc when it is written. */
export type EditPlan = ImagePlan<EditLayout, ExactContent> & {
  /** The same edit as a change of the old image. */
  readonly inPlace: InPlaceEdit;
};

/** Means for planning an edit. */
export interface PlanEditOptions {
  /** Takes new data of layers, which is compressed while the edit is planned. Default: it is held in memory. */
  readonly spool?: Spool | undefined;
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
  { spool }: PlanEditOptions = {},
): Promise<EditPlan> {
  if (changes.volumeId !== undefined) checkVolumeId(changes.volumeId);
  const disc = await readDisc(image);
  const trees = new EditedTrees(disc);
  const time = changes.epoch ?? volumeTime(disc);
  const context: EditContext = { disc, trees, log: new ChangeLog(), losses: new LossLog(), time, run };
  const { log, losses } = context;
  const { patches, layers, defaultEntries, seeded } = await changeFiles(context, changes, spool);
  trees.settleLinks();
  for (const path of trees.hiddenIn) losses.add('edit.hidden', HIDDEN, path as ByteString);
  for (const [path, stored] of trees.renamed) losses.addValue('edit.name', RENAMED, `/${path} → ${stored}`);
  reportRemains(context);
  const { seal, style, dropsTags, patches: unsigned } = await mediaCheckOf(image, changes.mediaCheck, losses);
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

/** Applies all changes of files. Returns the patches of FAT images, at their places on the old disc, layers that change, and the files of seeds. */
async function changeFiles(context: EditContext, changes: EditChanges, spool: Spool | undefined) {
  const { disc, trees, log, time, run } = context;
  const volumeId = changes.volumeId ?? volumeIdOf(disc.descriptors[0]!.bytes);
  const before = pathsOf(trees);
  for (const pattern of changes.remove ?? []) removeMatching(trees, pattern, log);
  for (const { path, file } of changes.replace ?? []) replaceBytes(trees, path, file, 'replaced', log);
  for (const added of changes.add ?? []) addTree(trees, added, log);
  for (const change of changes.attributes ?? []) changeAttributes(trees, change, log);
  const layers: Awaited<ReturnType<typeof editLayer>>[] = [];
  for (const one of changes.inside ?? []) layers.push(await editLayer(context, one, { epoch: changes.epoch, spool }));
  const kernel: string[] = (changes.kernelArguments?.add ?? []).map(fromText);
  const place: SeedPlace = {
    ...{ trees, volumeId, time, run },
    mount: () => mediumMount(trees, () => initrdsOf(context), run),
    async isNetworkInstaller() {
      for (const one of await initrdsOf(context)) if (await isNetworkInstaller(one, run)) return true;
      return false;
    },
  };
  const appended: FileTree[] = [];
  const replaced: string[] = [];
  const seeded: AddedTree[] = [];
  for (const seed of changes.seeds ?? []) {
    const { add, replace, initrd, ...kernelArguments } = await seedChanges(seed, place);
    checkSeedArguments(seed, kernelArguments, kernel);
    if (initrd) appended.push(initrd);
    for (const added of add) addTree(trees, added, log);
    checkSeedNames(seed, add, trees);
    seeded.push(...add);
    for (const { path, file } of replace) replaceBytes(trees, path, file, 'replaced', log);
    kernel.push(...kernelArguments.arguments);
    replaced.push(...kernelArguments.replaced);
  }
  const { patches, defaultEntries } = await editMenus(
    context,
    menuChanges(changes, disc, { add: kernel, single: replaced }),
  );
  if (changes.initrdAppend) appended.push(changes.initrdAppend);
  for (const tree of appended) await appendToInitrds(context, tree);
  const now = pathsOf(trees);
  const patched = patchedFiles(context, patches);
  const changed = Array.from(log.paths(), (path) => trees.keyOf(path));
  await updateDigestLists(context, {
    patched,
    changed: new Set([...changed, ...patched.keys()]),
    removed: new Set([...before].filter((path) => !now.has(path))),
  });
  return { patches, layers, defaultEntries, seeded };
}

/** The paths of all entries, in the form in which they are compared. */
function pathsOf(trees: EditedTrees): Set<ByteString> {
  return new Set(Array.from(trees.walk(), ({ path }) => trees.keyOf(path)));
}

/** The changes as menus store them, whose texts are bytes. */
function menuChanges(
  changes: EditChanges,
  disc: KeptDisc,
  { add, single }: Pick<Required<ArgumentChanges>, 'add' | 'single'>,
): AskedMenuChanges {
  const { volumeId: to, kernelArguments, defaultEntry: entry, timeout } = changes;
  const from = volumeIdOf(disc.descriptors[0]!.bytes);
  return {
    arguments: { add, single, remove: (kernelArguments?.remove ?? []).map(fromText) },
    label: to !== undefined && from !== '' && from !== to ? { from, to } : undefined,
    defaultEntry: typeof entry === 'string' ? fromText(entry) : entry,
    timeout,
  };
}

/** Files of the tree that patches change in place, with their new content. */
function patchedFiles({ disc, trees }: EditContext, patches: readonly Patch[]): Map<string, ExactContent> {
  const files = new Map<string, ExactContent>();
  if (patches.length === 0) return files;
  for (const { path, entry } of trees.walk()) {
    const old = entry.data?.content ? undefined : entry.data?.old;
    if (old === undefined) continue;
    const { size } = entry.data!;
    const at = old * BLOCK;
    const inside = patches.filter((patch) => patch.at >= at && patch.at < at + size);
    if (inside.length === 0) continue;
    const stored = disc.image.slice({ at, length: size });
    const own = inside.map((patch) => ({ ...patch, at: patch.at - at }));
    files.set(
      trees.keyOf(path),
      exactContent(size, (run) => patchedPieces(stored.pieces(run), own) as ReturnType<ExactContent['pieces']>),
    );
  }
  return files;
}
