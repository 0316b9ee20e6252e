// The root image: the root tree, without entries that do not belong on a medium and with those that the build adds, as ext4
// inside a squashfs, as a squashfs, or as an EROFS.

import { type ByteString, bytesOf, defined, fromText } from '../../bytes/index.js';
import { type Cache, cachedClusters, cachedCompression, type KeyFields } from '../../cache/index.js';
import { InvalidInputError, option, UnsupportedError, wording } from '../../errors.js';
import { leastShared, planErofs } from '../../format/erofs/index.js';
import { type Ext4Layout, type Ext4Options, type Ext4Places, planExt4 } from '../../format/ext4/index.js';
import { findEqualTails, planSquashfs } from '../../format/squashfs/index.js';
import {
  bytesSource,
  type Content,
  EMPTY,
  type ExactContent,
  type ImagePlan,
  type KnownDigests,
  type Run,
  smallBytes,
} from '../../io/index.js';
import { FileTree, file, type KeptPlaces, type Loss, type Node, overlay, shareDuplicates } from '../../tree/index.js';
import type { EarlierImage } from '../build/options.js';
import type { RootSize } from '../description/index.js';
import type { BuildPlan } from '../plan/build-plan.js';
import { labelled } from '../selinux/index.js';
import { type ErofsRoot, tooNewFor } from './erofs-options.js';
import { type RootImagePlan, rootCompressionFacts } from './root-image-plan.js';
import { rootSize } from './root-size.js';

const MIB = 1024 * 1024;
/** Free MiB if the usual size is too small. */
const LEAST_SLACK = 16;
/** Share of the size of a file system by which it may differ from the earlier one and still stay the same. */
const LITTLE = 1 / 16;
const LARGEST_MACHINE_ID = 4096;

export interface RootImage {
  readonly content: Content;
  readonly losses: readonly Loss[];
  /** The file system inside; undefined if the image is the root itself. */
  readonly fileSystem: FileSystemFacts | undefined;
  /** How many files have the places of the earlier image; undefined without one. */
  readonly like: KeptPlaces | undefined;
  readonly input: RootImageInput;
}

/** Everything that decides the bytes of a root image. */
export interface RootImageInput {
  readonly tree: FileTree;
  readonly settings: KeyFields;
}

export interface FileSystemFacts {
  /** Bytes. */
  readonly size: number;
  /** Whether it is larger than usual because of its content. */
  readonly grown: boolean;
}

/** The input of a root image in addition to the decisions. */
export interface RootImageRequest {
  /** Content of /.profile. */
  readonly profile: string;
  readonly excluded: readonly ByteString[];
  /** Compressed blocks of earlier builds; undefined: none. */
  readonly cache: Cache | undefined;
  /** Digests of files of the root tree that need not be read; undefined: none. */
  readonly known: KnownDigests | undefined;
  /** The image whose places are kept; undefined: none. */
  readonly like: EarlierImage | undefined;
  note(text: string): void;
}

/** Plans `LiveOS/squashfs.img`. */
export async function planRootImage(plan: BuildPlan, request: RootImageRequest, run: Run): Promise<RootImage> {
  const { rootImage } = plan;
  const tree = await liveRoot(plan, request.profile, request.excluded, run);
  if (rootImage.kind === 'erofs') return planErofsRoot(tree, rootImage, plan, run, request);
  if (rootImage.kind === 'squashfs') return planSquashfsRoot(tree, rootImage, plan, run, request);
  return planNested(tree, rootImage, plan, request);
}

type Kind<K extends RootImagePlan['kind']> = Extract<RootImagePlan, { kind: K }>;

/** The root tree as a squashfs. */
async function planSquashfsRoot(
  tree: FileTree,
  rootImage: Kind<'squashfs'>,
  { epoch }: BuildPlan,
  run: Run,
  { cache, known, like: earlier }: RootImageRequest,
): Promise<RootImage> {
  const like = await earlier?.squashfs();
  const packed = { ...packing(rootImage, cache), epoch, ...defined({ like }) };
  const choices = { ...rootImage.choices, ...packed, duplicatesShared: true };
  const shared = await shareDuplicates(tree, run, { known });
  const direct = planSquashfs(shared, { ...choices, equalTails: await findEqualTails(shared, choices, run) });
  const { losses, like: kept } = direct.layout;
  const input = { tree, settings: settingsOf(rootImage, { epoch, like: like?.digest }) };
  return { content: direct, losses, fileSystem: undefined, like: kept, input };
}

/** The root tree as an ext4, inside a squashfs. */
async function planNested(
  tree: FileTree,
  rootImage: Kind<'ext4-in-squashfs'>,
  { epoch, seed, root, description }: BuildPlan,
  { cache, like: earlier, note }: RootImageRequest,
): Promise<RootImage> {
  const like = await earlier?.ext4();
  const size = keptSize(rootSize(root, description.size, description.generation), description.size, like);
  const options = { ...rootImage.fileSystem.options, size, epoch, seed };
  const inner = planInner(tree, { ...options, ...defined({ like }) }, description.size, note);
  const wrapper = FileTree.of<ExactContent>({ 'LiveOS/rootfs.img': file(inner, { mtime: epoch }) }, { mtime: epoch });
  const outer = planSquashfs(wrapper, { ...packing(rootImage, cache), epoch });
  const losses = [...inner.layout.losses, ...outer.layout.losses];
  const settings = settingsOf(rootImage, { ...options, size: inner.size, like: like?.digest });
  const fileSystem = { size: inner.size, grown: inner.size > size };
  return { content: outer, losses, fileSystem, like: inner.layout.like, input: { tree, settings } };
}

function packing({ compression, blockSize }: Kind<'squashfs' | 'ext4-in-squashfs'>, cache: Cache | undefined) {
  return { compression: cache ? cachedCompression(compression, cache) : compression, blockSize };
}

/** A size that differs little from that of the earlier image stays the same, because with more or fewer block groups metadata moves. */
function keptSize(size: number, asked: RootSize | undefined, like: Ext4Places | undefined): number {
  if (!like || (asked && !asked.additive)) return size;
  return Math.abs(size - like.size) <= like.size * LITTLE ? like.size : size;
}

/** The settings of a root image for its key. */
function settingsOf(rootImage: RootImagePlan, values: object): KeyFields {
  const choices = 'choices' in rootImage ? rootImage.choices : 'image' in rootImage ? rootImage.image : {};
  const blockSize = 'blockSize' in rootImage ? rootImage.blockSize : undefined;
  const compression = rootCompressionFacts(rootImage);
  return { kind: rootImage.kind, compression, blockSize, choices, values } as unknown as KeyFields;
}

/** The root tree as an EROFS, with remarks about options that are not followed. */
async function planErofsRoot(
  tree: FileTree,
  root: ErofsRoot,
  { epoch, seed, kernel }: BuildPlan,
  run: Run,
  { note, cache, known, like }: RootImageRequest,
): Promise<RootImage> {
  if (like) {
    throw new UnsupportedError(
      'live.like-erofs',
      wording`${option('like')} is not supported for an EROFS root image.`,
      {
        hint: 'Choose another root file system, or leave it out: blocks of an EROFS come from the cache too.',
      },
    );
  }
  const tooNew = tooNewFor(kernel.version, root);
  if (tooNew !== undefined) note(tooNew);
  const image = planErofs(await shareDuplicates(tree, run, { least: leastShared(root.image), known }), {
    ...root.image,
    ...(cache ? { reuse: (compression) => cachedClusters(compression, cache) } : {}),
    epoch,
    seed,
  });
  const input = { tree, settings: settingsOf({ kind: 'erofs', ...root }, { epoch, seed }) };
  return { content: image, losses: image.layout.losses, fileSystem: undefined, like: undefined, input };
}

/**
 * The file system in the size of KIWI's rule. If that is too small, for example with many small files, it is made as large as
 * its content needs, and a remark says so; if the description sets the size, that is an error with its place.
 */
function planInner(
  tree: FileTree,
  options: Ext4Options,
  asked: RootSize | undefined,
  note: (text: string) => void,
): ImagePlan<Ext4Layout, ExactContent> {
  try {
    return planExt4(tree, options);
  } catch (error) {
    if (!(error instanceof InvalidInputError) || error.code !== 'ext4.too-small') throw error;
    if (asked && !asked.additive) {
      const message = `<size> of ${asked.mebibytes} MiB is too small for the root image: ${error.message}`;
      throw new InvalidInputError('live.root-too-small', message, {
        ...asked.place,
        hint: 'Leave <size> out, make it larger, or let it be added to the content: <size additive="true">.',
        cause: error,
      });
    }
    const slack = Math.max(LEAST_SLACK, asked?.mebibytes ?? 0) * MIB;
    note(`The usual size of the root file system is too small. ${error.message} It gets that and ${slack / MIB} MiB.`);
    return planExt4(tree, { ...options, size: 'auto', slack });
  }
}

/** The tree of the live system. The user's tree is not changed; differences are laid over it. */
async function liveRoot(
  plan: BuildPlan,
  profile: string,
  excluded: readonly ByteString[],
  run: Run,
): Promise<FileTree> {
  const made = { mtime: plan.epoch };
  const additions: Record<string, Node> = {};
  // Every machine that boots the medium has its own id: an empty file makes systemd create one.
  const machineId = plan.root.get('etc/machine-id');
  if (machineId?.kind === 'file' && !(await isUninitialized(machineId.content, run))) {
    additions['etc/machine-id'] = { ...machineId, content: EMPTY };
  }
  const { keepsProfile, excluded: left } = plan.description.generation;
  if (keepsProfile) additions['.profile'] = file(bytesSource(bytesOf(fromText(profile))), made);
  const listed = plan.excluded.root.map((pattern) => `/${pattern}`);
  const patterns = [...[...left, ...listed].map(fromText), ...excluded];
  const { root } = overlay(plan.rootWithout(patterns), FileTree.of(additions));
  // The directory of a prepared tree may be closed to others; the root directory of a system must not be.
  const tree = new FileTree({ ...root, mode: 0o755 });
  return plan.selinux ? labelled(tree, plan.selinux) : tree;
}

/** See machine-id(5): systemd treats such a boot as the first one. */
async function isUninitialized(content: ExactContent, run: Run): Promise<boolean> {
  const bytes = await smallBytes(content, run, LARGEST_MACHINE_ID);
  return bytes !== undefined && Buffer.from(bytes).toString('latin1').trim() === 'uninitialized';
}
