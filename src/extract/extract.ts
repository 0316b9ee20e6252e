// Extracts a tree to files of the running system.

import type { ByteString } from '../bytes/index.js';
import type { Run } from '../io/index.js';
import type { EngineChoice } from '../native/index.js';
import type { FileTree, Loss, TreeWatcher } from '../tree/index.js';
import { chooseMaker } from './choose-maker.js';
import { type Destination, findDestination, withDestination } from './destination.js';
import type { EntryMaker, MakeOptions } from './entry-maker.js';
import { type ExtractFailure, Extraction } from './extraction.js';
import { extractLosses, losesNothing } from './losses.js';

/** Options of an extraction; all have defaults. */
export interface ExtractOptions {
  /** Default `auto`. Without the addon there are no extended attributes, devices and pipes. */
  readonly engine?: EngineChoice;
  /** Set users and groups, which only the superuser may. Default false. */
  readonly owners?: boolean;
  /** Set extended attributes. Default true. */
  readonly xattrs?: boolean;
  /** Extract into a directory that has entries, and replace files of the same name. Default false. */
  readonly force?: boolean;
  /** Leave out entries that cannot be read or made, and report them. Default false: the first one ends the extraction. */
  readonly keepGoing?: boolean;
  /** Called before anything is made, with the metadata that the system or this user cannot keep. */
  readonly losses?: (losses: readonly Loss[]) => void;
  readonly run?: Run;
}

/** The result of an extraction. */
export interface ExtractReport {
  /** Number of names made, without the top directory. */
  readonly entries: number;
  /** Total size of the contents of files. */
  readonly bytes: number;
  readonly losses: readonly Loss[];
  /** Empty unless `keepGoing`. */
  readonly failures: readonly ExtractFailure[];
}

/**
 * Makes the entries of a tree below a directory, with owners, modes, times and extended attributes, sparse files and hard links.
 * Nothing is made outside the directory, and no symbolic link in it is followed. A new directory gets its name at the end; a
 * failure leaves nothing of it. Throws {@link TargetError}, and errors of the tree's contents.
 */
export async function extractTree(
  tree: FileTree,
  directory: ByteString,
  options: ExtractOptions = {},
): Promise<ExtractReport> {
  const { maker, destination } = await checkExtract(directory, options);
  const make = makeOptions(options);
  const losses = extractLosses(tree, maker, make);
  options.losses?.(losses);
  return withDestination(destination, (opened) => {
    const extraction = new Extraction(maker, make, { ...options, target: directory, destination: opened });
    return withExtraction(extraction, async () => {
      await extraction.finish(tree);
      return reportOf(extraction, losses);
    });
  });
}

/** Reads a tree, and extracts it with `extract` at the end. Directories for which it calls `watch` meanwhile are made early. */
export type TreeReading = (
  extract: (tree: FileTree) => Promise<ExtractReport>,
  watch?: TreeWatcher,
) => Promise<ExtractReport>;

/**
 * As {@link extractTree}, for a tree that `read` reads: directories are made before the whole tree is known. That is not done if
 * metadata could be lost, which the caller has to learn first, or if the directory has entries, which stay after a failure.
 */
export async function extractWhileRead(
  read: TreeReading,
  directory: ByteString,
  options: ExtractOptions = {},
): Promise<ExtractReport> {
  const { maker, destination } = await checkExtract(directory, options);
  const make = makeOptions(options);
  if (destination.kind === 'used' || !losesNothing(maker, make)) {
    maker.close();
    return read((tree) => extractTree(tree, directory, options));
  }
  return withDestination(destination, (opened) => {
    const extraction = new Extraction(maker, make, { ...options, target: directory, destination: opened });
    const extract = async (tree: FileTree) => {
      options.losses?.([]);
      await extraction.finish(tree);
      return reportOf(extraction, []);
    };
    return withExtraction(extraction, () => read(extract, (seen) => extraction.seen(seen)));
  });
}

function makeOptions({ owners = false, xattrs = true }: ExtractOptions): MakeOptions {
  return { owners, xattrs };
}

async function withExtraction<T>(extraction: Extraction, work: () => Promise<T>): Promise<T> {
  let result: T;
  try {
    result = await work();
  } catch (error) {
    await extraction.close(error);
    throw error;
  }
  await extraction.close();
  return result;
}

function reportOf({ entries, bytes, failures }: Extraction, losses: readonly Loss[]): ExtractReport {
  return { entries, bytes, losses, failures };
}

/** Checks that need no tree: throws for a missing engine, and for a directory that cannot be extracted to. */
export async function checkExtract(
  directory: ByteString,
  { engine = 'auto', force = false }: Pick<ExtractOptions, 'engine' | 'force'>,
): Promise<{ readonly maker: EntryMaker; readonly destination: Destination }> {
  const maker = chooseMaker(engine);
  return { maker, destination: await findDestination(directory, force) };
}
