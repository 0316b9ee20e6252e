// The ext4 of the root image: with the mkfs options of the description, otherwise with features that the root tree's
// kernel and e2fsprogs can mount and check.

import { type ByteString, byteStringOf } from '../../bytes/index.js';
import { type ErrorPlace, InvalidInputError, IsopressError } from '../../errors.js';
import { chooseExt4Profile, type Ext4Options, type Ext4Profile, parseMke2fsOptions } from '../../format/ext4/index.js';
import { collect, quietRun } from '../../io/index.js';
import { type FileTree, glob } from '../../tree/index.js';

/** Options of the root file system, and their reason. */
export interface RootFileSystem {
  readonly options: Partial<Ext4Options>;
  readonly profile: Ext4Profile;
  /** Text for people: the versions found, and the conclusion. */
  readonly reason: string;
}

/** Programs of e2fsprogs, those of every version first. */
const PROGRAMS = ['e2fsck', 'mke2fs'].flatMap((name) => [`usr/sbin/${name}`, `sbin/${name}`]);
const LIBRARIES = ['lib', 'lib64', 'lib/*'].flatMap((dir) => [`usr/${dir}/libext2fs.so.2`, `${dir}/libext2fs.so.2`]);
/** None of them is nearly as large. */
const LARGEST_PROGRAM = 32 * 1024 * 1024;

/** `fscreateoptions` of a description, and their place. */
export interface RequestedOptions {
  readonly text: string;
  readonly place: ErrorPlace;
}

/** Decides for a root tree with the kernel of that version. Throws {@link InvalidInputError} for bad `fscreateoptions`. */
export async function decideRootFileSystem(
  root: FileTree,
  kernel: string,
  asked: RequestedOptions,
): Promise<RootFileSystem> {
  const { profile, reason } = chooseExt4Profile({ kernel, e2fsprogs: await e2fsprogsVersion(root) });
  return { options: { profile, ...described(asked) }, profile, reason };
}

function described({ text, place }: RequestedOptions): Partial<Ext4Options> {
  try {
    return parseMke2fsOptions(text);
  } catch (error) {
    if (!(error instanceof IsopressError)) throw error;
    const message = `fscreateoptions="${text}" cannot be followed: ${error.message}`;
    const { hint } = error.wording;
    throw new InvalidInputError('live.fscreateoptions', message, { ...place, cause: error, hint });
  }
}

/**
 * The version of the root tree's e2fsprogs, as contained in its programs; undefined if there are none. The programs are
 * searched, not a package database: they are what checks the file system, however they were installed.
 */
export async function e2fsprogsVersion(root: FileTree): Promise<string | undefined> {
  return (
    (await search(root, PROGRAMS, /\0(1\.\d\d(?:\.\d+)?(?:-\w+)?)\0/)) ??
    (await search(root, LIBRARIES, /EXT2FS Library version (\d+\.\d[\w.-]*)\0/))
  );
}

async function search(root: FileTree, patterns: readonly string[], version: RegExp): Promise<string | undefined> {
  for (const { node } of patterns.flatMap((pattern) => glob(root, pattern))) {
    if (node.kind !== 'file' || node.content.size > LARGEST_PROGRAM) continue;
    const text: ByteString = byteStringOf(await collect(node.content, quietRun()));
    const found = version.exec(text)?.[1];
    if (found !== undefined) return found;
  }
  return undefined;
}
