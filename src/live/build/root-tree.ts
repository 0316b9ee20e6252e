// The root tree of a build, as found and as it goes into the root image.

import { resolve } from 'node:path';
import { type ByteString, defined, fromText } from '../../bytes/index.js';
import type { Run } from '../../io/index.js';
import { openHostFile, readFakerootState, scanDirectory } from '../../source/index.js';
import { exclude, type FileTree, type PreparedTree, prepareTree } from '../../tree/index.js';
import type { BuildEvents, BuildRequest } from './options.js';

/** The whole tree, for lookups of kernel, loaders and packages, and the tree of the root image. */
export interface RootTree extends PreparedTree {
  /** Where programs run in it; undefined if they cannot. */
  readonly directory: string | undefined;
  /** The tree without entries that patterns match. As in every writer, the manifest is laid over the rest. */
  without(patterns: readonly ByteString[]): FileTree;
}

/** Reads the root tree, with its owners and times on the medium. */
export async function readRootTree(request: BuildRequest, { note }: BuildEvents, run: Run): Promise<RootTree> {
  const { engine, input, tree: options = {} } = request;
  const { owners, fakerootState, xattrs, ownership, epoch, seed, clampTimes: clamp, manifest: entries = [] } = options;
  const found =
    typeof input.root === 'string'
      ? await scanDirectory(fromText(resolve(input.root)), {
          oneFileSystem: true,
          run,
          ...defined({ engine, xattrs, note }),
          ...(fakerootState !== undefined && {
            overrideFacts: readFakerootState(fakerootState, 'The state of fakeroot'),
          }),
        })
      : await input.root(run);
  const directory = await directoryOf(request, found, run);
  const scanned = input.over ? await input.over(found, run) : found;
  const preparation = {
    ...defined({ owners: owners?.(scanned), ownership, xattrs, epoch, seed, clamp }),
    manifest: { entries, open: openHostFile },
  };
  const prepared = prepareTree(scanned, preparation);
  const { tree } = prepared;
  const without =
    entries.length > 0
      ? (patterns: readonly ByteString[]) => prepareTree(scanned, { ...preparation, exclude: patterns }).tree
      : (patterns: readonly ByteString[]) => exclude(tree, patterns);
  return {
    tree,
    directory,
    epoch: prepared.epoch,
    get seed() {
      return prepared.seed;
    },
    without,
  };
}

/** Parts of a root tree that neither dracut nor a boot loader reads. */
const UNREAD = [
  '/usr/share/doc',
  '/usr/share/man',
  '/usr/share/info',
  '/usr/share/locale',
  '/usr/share/help',
  '/usr/share/gtk-doc',
  '/usr/include',
  '/usr/src',
  '/usr/lib/debug',
  '/var/cache',
  '/var/lib/apt/lists',
] as ByteString[];

async function directoryOf({ input, initrd }: BuildRequest, tree: FileTree, run: Run): Promise<string | undefined> {
  if (typeof input.root === 'string') return resolve(input.root);
  return initrd?.file === undefined ? input.unpack?.(exclude(tree, UNREAD), run) : undefined;
}
