// Extracts a tree to files of the running system.

import type { ByteString } from '../bytes/index.js';
import type { Run } from '../io/index.js';
import type { EngineChoice } from '../native/index.js';
import type { FileTree, Loss } from '../tree/index.js';
import { chooseMaker } from './choose-maker.js';
import { type Destination, findDestination, withDestination } from './destination.js';
import type { EntryMaker } from './entry-maker.js';
import { type ExtractFailure, Extraction } from './extraction.js';
import { extractLosses } from './losses.js';

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
  const make = { owners: options.owners ?? false, xattrs: options.xattrs ?? true };
  const losses = extractLosses(tree, maker, make);
  options.losses?.(losses);
  return withDestination(destination, async (opened) => {
    const extraction = new Extraction(tree, maker, make, { ...options, target: directory, destination: opened });
    await extraction.all();
    const { entries, bytes, failures } = extraction;
    return { entries, bytes, losses, failures };
  });
}

/** Checks that need no tree: throws for a missing engine, and for a directory that cannot be extracted to. */
export async function checkExtract(
  directory: ByteString,
  { engine = 'auto', force = false }: Pick<ExtractOptions, 'engine' | 'force'>,
): Promise<{ readonly maker: EntryMaker; readonly destination: Destination }> {
  const maker = chooseMaker(engine);
  return { maker, destination: await findDestination(directory, force) };
}
