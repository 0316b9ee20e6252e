// Changes the files of a disc: first its entries, then the content of files that must follow them, such as menus and lists of digests.

import { type ByteString, fromText } from '../bytes/index.js';
import { BLOCK } from '../format/iso9660/index.js';
import { type ExactContent, exactContent, type Patch, patchedPieces, type Spool } from '../io/index.js';
import type { FileTree } from '../tree/index.js';
import { addTree, changeAttributes, removeMatching, replaceBytes } from './change/apply.js';
import type { EditedTrees } from './change/edited-trees.js';
import type { AddedTree, EditChanges } from './changes.js';
import { updateDigestLists } from './digest-lists.js';
import type { EditContext } from './edit-context.js';
import { appendToInitrds, initrdsOf } from './initrds.js';
import type { KeptDisc } from './kept/read-disc.js';
import { editLayer } from './layers.js';
import type { DefaultOfMenu } from './layout.js';
import { isNetworkInstaller, mediumMount } from './medium-mount.js';
import type { ArgumentChanges } from './menus/kernel-arguments.js';
import { editMenus } from './menus/menus.js';
import type { AskedMenuChanges } from './menus/wanted-choice.js';
import { volumeIdOf } from './place/descriptors.js';
import { checkSeedArguments, checkSeedNames, type SeedPlace, seedChanges } from './seeds.js';

/** Changed entries, and the rest of the work that they leave. */
export interface ChangedEntries {
  readonly layers: readonly Awaited<ReturnType<typeof editLayer>>[];
  /** The files of seeds. */
  readonly seeded: readonly AddedTree[];
  /** Trees that initrds get. */
  readonly appended: readonly FileTree[];
  /** Kernel arguments of seeds, and those that may be there only once. */
  readonly kernel: Pick<Required<ArgumentChanges>, 'add' | 'single'>;
  /** Whether the content of an old file becomes another one, or none. */
  readonly replacesData: boolean;
}

/** Adds, replaces and removes files, and puts seeds on the disc. */
export async function changeEntries(
  context: EditContext,
  changes: EditChanges,
  spool: Spool | undefined,
): Promise<ChangedEntries> {
  const { disc, trees, log, time, run } = context;
  const { remove = [], replace = [], add = [], attributes = [], inside = [], seeds = [], epoch } = changes;
  for (const pattern of remove) removeMatching(trees, pattern, log);
  for (const { path, file } of replace) replaceBytes(trees, path, file, 'replaced', log);
  for (const added of add) addTree(trees, added, log);
  for (const change of attributes) changeAttributes(trees, change, log);
  const layers: Awaited<ReturnType<typeof editLayer>>[] = [];
  for (const one of inside) layers.push(await editLayer(context, one, { epoch, spool }));
  const kernel: string[] = (changes.kernelArguments?.add ?? []).map(fromText);
  const place: SeedPlace = {
    ...{ trees, volumeId: changes.volumeId ?? volumeIdOf(disc.descriptors[0]!.bytes), time, run },
    mount: () => mediumMount(trees, () => initrdsOf(context), run),
    async isNetworkInstaller() {
      for (const one of await initrdsOf(context)) if (await isNetworkInstaller(one, run)) return true;
      return false;
    },
  };
  const appended: FileTree[] = [];
  const single: string[] = [];
  const seeded: AddedTree[] = [];
  let replacesData = [remove, replace, inside].some(({ length }) => length > 0);
  for (const seed of seeds) {
    const { add, replace, initrd, ...kernelArguments } = await seedChanges(seed, place);
    checkSeedArguments(seed, kernelArguments, kernel);
    if (initrd) appended.push(initrd);
    for (const added of add) addTree(trees, added, log);
    checkSeedNames(seed, add, trees);
    seeded.push(...add);
    for (const { path, file } of replace) replaceBytes(trees, path, file, 'replaced', log);
    if (replace.length > 0) replacesData = true;
    kernel.push(...kernelArguments.arguments);
    single.push(...kernelArguments.replaced);
  }
  if (changes.initrdAppend) appended.push(changes.initrdAppend);
  return {
    layers,
    seeded,
    appended,
    kernel: { add: kernel, single },
    replacesData: replacesData || appended.length > 0,
  };
}

/**
 * Changes menus, initrds and lists of digests. `before` are the paths of the disc before its entries changed. Returns the patches of FAT
 * images, at their places on the old disc.
 */
export async function changeContents(
  context: EditContext,
  changes: EditChanges,
  { appended, kernel }: ChangedEntries,
  before: ReadonlySet<ByteString>,
): Promise<{ readonly patches: readonly Patch[]; readonly defaultEntries: readonly DefaultOfMenu[] | undefined }> {
  const { disc, trees, log } = context;
  const { patches, defaultEntries } = await editMenus(context, menuChanges(changes, disc, kernel));
  for (const tree of appended) await appendToInitrds(context, tree);
  const now = pathsOf(trees);
  const patched = patchedFiles(context, patches);
  const changed = Array.from(log.paths(), (path) => trees.keyOf(path));
  await updateDigestLists(context, {
    patched,
    changed: new Set([...changed, ...patched.keys()]),
    removed: new Set([...before].filter((path) => !now.has(path))),
  });
  return { patches, defaultEntries };
}

/** The paths of all entries, in the form in which they are compared. */
export function pathsOf(trees: EditedTrees): Set<ByteString> {
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
