// Answers for installers and first boots: each goes where its system looks for it, with the kernel arguments that make it look there.

import { type ByteString, displayText, fromText, type Timestamp } from '../bytes/index.js';
import { udevEscaped } from '../disc/index.js';
import { InvalidInputError } from '../errors.js';
import { renderCpio } from '../format/cpio/index.js';
import { bytesSource, collect, type Run } from '../io/index.js';
import { type File, FileTree, file, joinPath, walk } from '../tree/index.js';
import type { EditedTrees } from './change/edited-trees.js';
import type { AddedTree, ReplacedFile, Seed } from './changes.js';
import { DRACUT_MOUNT } from './medium-mount.js';

/** The changes of a seed. */
export interface SeedChanges {
  readonly add: readonly AddedTree[];
  readonly replace: readonly ReplacedFile[];
  /** Appended to every initrd. */
  readonly initrd?: FileTree;
  /** Kernel arguments. */
  readonly arguments: readonly string[];
  /** Names of arguments that are replaced, because the system would read other answers. */
  readonly replaced: readonly string[];
}

/** The disc that a seed is put on. */
export interface SeedPlace {
  readonly trees: EditedTrees;
  readonly volumeId: string;
  readonly time: Timestamp;
  readonly run: Run;
  /** Finds the directory at which the running system mounts the disc. */
  mount(): Promise<string>;
  /** Finds out whether the disc starts an installer of Debian that does not read it. */
  isNetworkInstaller(): Promise<boolean>;
}

const NOTHING: SeedChanges = { add: [], replace: [], arguments: [], replaced: [] };
/** Live media of CoreOS have this placeholder file, whose bytes are loaded as one more initrd. */
const COREOS_IMAGE = fromText('images/ignition.img');

/** Arguments with which a system reads other answers of that kind, or the same from another place. */
const REPLACED: Readonly<Partial<Record<Seed['kind'], readonly string[]>>> = {
  nocloud: ['ds'],
  autoinstall: ['autoinstall', 'subiquity.autoinstallpath'],
  kickstart: ['inst.ks', 'ks'],
  preseed: [
    'auto',
    'auto-install/enable',
    'priority',
    'debconf/priority',
    'file',
    'preseed/file',
    'url',
    'preseed/url',
  ],
  agama: ['inst.auto', 'agama.auto'],
};

/** The changes that put a seed on the disc. */
export async function seedChanges(seed: Seed, place: SeedPlace): Promise<SeedChanges> {
  const changes = await changesOf(seed, place);
  return { ...changes, replaced: [...changes.replaced, ...(REPLACED[seed.kind] ?? [])] };
}

async function changesOf(seed: Seed, place: SeedPlace): Promise<SeedChanges> {
  switch (seed.kind) {
    case 'nocloud':
      return nocloud(seed, place);
    case 'autoinstall':
      return 'tree' in seed
        ? { ...withArguments(await nocloud(seed, place), 'autoinstall'), replaced: ['ds'] }
        : oneFile(seed, place, 'autoinstall.yaml', 'autoinstall');
    case 'kickstart':
      return kickstart(seed, place);
    case 'preseed':
      return preseed(seed, place);
    case 'ignition':
      return place.trees.find(COREOS_IMAGE)
        ? coreosIgnition(seed, place)
        : labelled(seed, place, 'ignition/config.ign');
    case 'combustion':
      return labelled(seed, place, 'combustion/script');
    case 'agama':
      return agama(seed, place);
  }
}

function withArguments(changes: SeedChanges, ...more: string[]): SeedChanges {
  return { ...changes, arguments: [...more, ...changes.arguments] };
}

async function nocloud(seed: Seed, { mount }: SeedPlace): Promise<SeedChanges> {
  const tree = directoryOf(seed);
  for (const name of ['user-data', 'meta-data']) {
    if (tree.get(name)?.kind === 'file') continue;
    throw new InvalidInputError('edit.seed', `The NoCloud seed has no file ${name}.`, {
      hint: 'cloud-init needs user-data and meta-data, which may be empty.',
    });
  }
  return {
    ...NOTHING,
    add: [{ tree, at: fromText('nocloud') }],
    arguments: [`ds=nocloud;s=${await mount()}/nocloud/`],
  };
}

function oneFile(seed: Seed, { time }: SeedPlace, path: string, ...kernel: string[]): SeedChanges {
  const tree = FileTree.of({ [path]: fileOf(seed) }, { mtime: time });
  return { ...NOTHING, add: [{ tree }], arguments: kernel };
}

function kickstart(seed: Seed, place: SeedPlace): SeedChanges {
  const { volumeId } = place;
  if (!volumeId.includes(':')) {
    return oneFile(seed, place, 'ks.cfg', `inst.ks=hd:LABEL=${udevEscaped(volumeId)}:/ks.cfg`);
  }
  const message = `The installer looks for ks.cfg by the label of the medium, and takes "${volumeId}" up to the colon.`;
  throw new InvalidInputError('edit.seed-label', message, { hint: 'Give the medium a label without a colon.' });
}

/** Every installer of Debian reads `/preseed.cfg` in its initrd, but that is larger than the file: only those get it that do not read the disc. */
async function preseed(seed: Seed, place: SeedPlace): Promise<SeedChanges> {
  const options = ['auto=true', 'priority=critical'];
  if (!(await place.isNetworkInstaller())) {
    return oneFile(seed, place, 'preseed.cfg', ...options, 'file=/cdrom/preseed.cfg');
  }
  const initrd = FileTree.of({ 'preseed.cfg': fileOf(seed) }, { mtime: place.time });
  return { ...NOTHING, initrd, arguments: options };
}

/** On SUSE media Ignition and combustion look for a file system with the label `ignition` or `combustion`. */
function labelled(seed: Seed, { volumeId, time }: SeedPlace, path: string): SeedChanges {
  if (!/^(?:ignition|combustion)$/i.test(volumeId)) {
    const message = `The system looks for ${path} on a medium with the label "ignition" or "combustion", and this one is "${volumeId}".`;
    throw new InvalidInputError('edit.seed-label', message, {
      hint: `Give the medium the label ${path.split('/')[0]}.`,
    });
  }
  if ('tree' in seed) return { ...NOTHING, add: [{ tree: seed.tree, at: fromText(path.split('/')[0]!) }] };
  const mode = seed.kind === 'combustion' ? 0o755 : seed.file.mode;
  return { ...NOTHING, add: [{ tree: FileTree.of({ [path]: { ...seed.file, mode } }, { mtime: time }) }] };
}

async function coreosIgnition(seed: Seed, { trees, time, run }: SeedPlace): Promise<SeedChanges> {
  const bytes = await collect(fileOf(seed).content, run);
  const path = fromText('config.ign');
  const archive = renderCpio([{ path, mode: 0o600, mtime: Math.min(Math.max(time.seconds, 0), 0xffff_ffff), bytes }]);
  const room = trees.find(COREOS_IMAGE)!.entry.data?.size ?? 0;
  if (archive.length > room) {
    const message = `The Ignition configuration needs ${archive.length} bytes, and /images/ignition.img has ${room}.`;
    throw new InvalidInputError('edit.seed-size', message, { hint: 'Let it fetch its larger parts.' });
  }
  const image = new Uint8Array(room);
  image.set(archive);
  return { ...NOTHING, replace: [{ path: COREOS_IMAGE, file: file(bytesSource(image), { mtime: time }) }] };
}

async function agama(seed: Seed, place: SeedPlace): Promise<SeedChanges> {
  const given = fileOf(seed);
  const extension = 'name' in seed ? (/\.(?:json|jsonnet|sh|xml|erb|py)$/.exec(seed.name)?.[0] ?? '.json') : '.json';
  const path = `agama/profile${extension}`;
  const mount = place.trees.find(fromText('LiveOS')) ? await place.mount() : DRACUT_MOUNT;
  return oneFile(
    { kind: 'agama', name: fromText(path), file: given },
    place,
    path,
    `inst.auto=file://${mount}/${path}`,
  );
}

function directoryOf(seed: Seed): FileTree {
  if ('tree' in seed) return seed.tree;
  throw new InvalidInputError('edit.seed', `A seed of kind ${seed.kind} is a directory.`, {
    hint: 'Give a directory with user-data and meta-data.',
  });
}

function fileOf(seed: Seed): File {
  if ('file' in seed) return seed.file;
  throw new InvalidInputError('edit.seed', `A seed of kind ${seed.kind} is one file.`, { hint: 'Give that file.' });
}

/** Throws {@link InvalidInputError} `edit.seed-argument` if other changes add an argument that a seed replaces. */
export function checkSeedArguments(
  { kind }: Seed,
  { arguments: own, replaced }: Pick<SeedChanges, 'arguments' | 'replaced'>,
  others: readonly string[],
): void {
  const other = others.find((one) => replaced.includes(one.split('=', 1)[0]!) && !own.includes(one));
  if (other === undefined) return;
  const shown = displayText(other as ByteString);
  const message = `The kernel argument ${shown} names other answers than the seed of kind ${kind}.`;
  throw new InvalidInputError('edit.seed-argument', message, { hint: 'Give one of them.' });
}

/** Files of a directory for cloud-init that it looks for. */
const NOCLOUD_FILES = /^(?:user-data|meta-data|vendor-data|network-config)$/;

/** Throws {@link InvalidInputError} `edit.seed-name` if the disc gives a file that the system looks for another name. */
export function checkSeedNames({ kind }: Seed, add: readonly AddedTree[], trees: EditedTrees): void {
  for (const { tree, at = '' as ByteString } of add) {
    for (const { path } of walk(tree)) {
      const place = joinPath(at, path);
      const stored = trees.renamed.get(trees.keyOf(place));
      if (stored === undefined || (at !== '' && !NOCLOUD_FILES.test(path))) continue;
      const shown = displayText(place);
      const message = `The names of the disc are those of plain ISO 9660, so ${shown} becomes ${displayText(stored)}, and the reader of the ${kind} seed does not find it.`;
      throw new InvalidInputError('edit.seed-name', message, {
        path: shown,
        hint: 'Make the disc again with Rock Ridge, or give the answers in another way, such as on a second medium.',
      });
    }
  }
}
