// Extracts a tree to files of the running system.

import { linkSync, lstatSync, mkdirSync, unlinkSync } from 'node:fs';
import { type ByteString, displayText } from '../bytes/index.js';
import { AbortedError, InternalError, IsopressError, TargetError } from '../errors.js';
import {
  EarlyReader,
  type ExactContent,
  type HeldDirectory,
  holdDirectory,
  pathBuffer,
  quietRun,
  type Run,
  targetError,
} from '../io/index.js';
import type { EngineChoice } from '../native/index.js';
import {
  type Directory,
  type File,
  type FileTree,
  hardLinkCounts,
  joinPath,
  type Loss,
  type Node,
} from '../tree/index.js';
import { chooseMaker } from './choose-maker.js';
import { type Destination, findDestination, type OpenDestination, withDestination } from './destination.js';
import { EntryBatch } from './entry-batch.js';
import type { EntryFault, EntryMaker, MakeOptions, NewEntry } from './entry-maker.js';
import { writeLarge } from './large-file.js';
import { canMake, extractLosses, settableXattrs } from './losses.js';

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
  /** Called with metadata that the system or this user cannot keep, before anything is made. */
  readonly losses?: (losses: readonly Loss[]) => void;
  readonly run?: Run;
}

/** An entry that was left out, or is not complete. */
export interface ExtractFailure {
  readonly path: ByteString;
  readonly message: string;
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

/** Files up to this size are read early, and made many at a time. */
const SMALL = 1024 * 1024;

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

interface Extracting extends ExtractOptions {
  /** The directory as the caller names it. */
  readonly target: ByteString;
  readonly destination: OpenDestination;
}

class Extraction {
  entries = 0;
  bytes = 0;
  readonly failures: ExtractFailure[] = [];
  readonly #run: Run;
  readonly #batch: EntryBatch;
  readonly #early: EarlyReader;
  /** The first path of each node with several names, below the top. */
  readonly #made = new Map<Node, ByteString>();
  readonly #links: ReadonlyMap<Node, number>;
  #top: HeldDirectory | undefined;

  constructor(
    readonly tree: FileTree,
    readonly maker: EntryMaker,
    readonly make: MakeOptions,
    readonly options: Extracting,
  ) {
    this.#run = options.run ?? quietRun();
    this.#links = hardLinkCounts(tree);
    this.#batch = new EntryBatch(maker, make, (entry, fault, path) => this.#judge(entry, fault, path));
    this.#early = new EarlyReader(smallContents(tree.root, this.#links), this.#run);
  }

  async all(): Promise<void> {
    const { root } = this.tree;
    const top = holdDirectory(this.options.destination.path);
    this.#top = top;
    try {
      await this.#directory(root, top, '' as ByteString);
      // The top directory as its own entry.
      await this.#batch.add(
        top,
        { name: '.' as ByteString, node: this.#settable(root), exists: true },
        '' as ByteString,
      );
      await this.#batch.flush();
    } finally {
      await Promise.all([this.#batch.settled(), this.#early.settled()]);
      top.close();
    }
  }

  async #directory(node: Directory, held: HeldDirectory, path: ByteString): Promise<void> {
    for (const [name, child] of node.entries) {
      this.#run.signal?.throwIfAborted();
      await this.#guarded(joinPath(path, name), () => this.#entry(held, name, child, joinPath(path, name)));
    }
    await this.#batch.flush();
    const done: [name: ByteString, node: Directory][] = [];
    for (const [name, child] of node.entries) {
      if (child.kind !== 'directory') continue;
      await this.#guarded(joinPath(path, name), async () => {
        await this.#below(held, name, child, joinPath(path, name));
        done.push([name, child]);
      });
    }
    // Attributes of a directory are set after its entries: these change its time, and its mode may forbid them.
    for (const [name, child] of done) {
      await this.#batch.add(held, { name, node: this.#settable(child), exists: true }, joinPath(path, name));
    }
    await this.#batch.flush();
  }

  async #below(held: HeldDirectory, name: ByteString, child: Directory, path: ByteString): Promise<void> {
    const below = holdDirectory(joinPath(held.path, name), { at: joinPath(held.at, name) });
    try {
      await this.#directory(child, below, path);
    } finally {
      below.close();
    }
  }

  async #entry(held: HeldDirectory, name: ByteString, node: Node, path: ByteString): Promise<void> {
    if (!canMake(node, this.maker, this.make)) return;
    if (node.kind === 'directory') return this.#newDirectory(held, name, path);
    if (this.#isUsed) this.#makeRoom(held, name, path);
    if (await this.#linked(held, name, node, path)) return;
    if (node.kind !== 'file') return this.#batch.add(held, { name, node: this.#settable(node), exists: false }, path);
    await this.#file(held, name, node, path);
    this.bytes += node.content.size;
    this.#run.report({ step: 'extracting', done: this.bytes, unit: 'bytes' });
  }

  async #file(held: HeldDirectory, name: ByteString, node: File, path: ByteString): Promise<void> {
    const { content } = node;
    if (!isSmall(content)) {
      await writeLarge(joinPath(held.at, name), content, this.#run);
      this.#remember(path);
      return this.#batch.add(held, { name, node: this.#settable(node), exists: true }, path);
    }
    const bytes = await this.#early.bytes(content);
    const data = await this.#batch.room(content.size);
    data.set(bytes);
    await this.#batch.add(held, { name, node: this.#settable(node), data, exists: false }, path);
  }

  #newDirectory(held: HeldDirectory, name: ByteString, path: ByteString): void {
    const host = pathBuffer(joinPath(held.at, name));
    const found = this.#isUsed ? lstatSync(host, { throwIfNoEntry: false }) : undefined;
    if (found && !found.isDirectory()) throw this.#inTheWay(path, 'is not a directory, and the image has one');
    if (!found) mkdirSync(host, 0o700);
    this.#isMade(path);
  }

  /** A file of the same name is replaced; a directory is not. */
  #makeRoom(held: HeldDirectory, name: ByteString, path: ByteString): void {
    const host = pathBuffer(joinPath(held.at, name));
    const found = lstatSync(host, { throwIfNoEntry: false });
    if (found?.isDirectory()) throw this.#inTheWay(path, 'is a directory, and the image has a file');
    if (found) unlinkSync(host);
  }

  /** Whether the node was made under another name and got this one as a hard link. */
  async #linked(held: HeldDirectory, name: ByteString, node: Node, path: ByteString): Promise<boolean> {
    if ((this.#links.get(node) ?? 1) < 2) return false;
    const first = this.#made.get(node);
    if (first === undefined) {
      this.#made.set(node, path);
      return false;
    }
    await this.#batch.flush();
    try {
      linkSync(pathBuffer(joinPath(this.#top!.at, first)), pathBuffer(joinPath(held.at, name)));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
      // The first name could not be made.
      this.#made.set(node, path);
      return false;
    }
    this.#isMade(path);
    return true;
  }

  #settable(node: Node): Node {
    const xattrs = settableXattrs(node, this.make);
    return xattrs === node.xattrs ? node : { ...node, xattrs };
  }

  get #isUsed(): boolean {
    return this.options.destination.kind === 'used';
  }

  #isMade(path: ByteString): void {
    this.entries++;
    this.#remember(path);
  }

  /** Names at the top that are removed again if the extraction fails. */
  #remember(path: ByteString): void {
    if (!path.includes('/')) this.options.destination.made.add(path);
  }

  #judge({ node }: NewEntry, fault: EntryFault | undefined, path: ByteString): void {
    if (path !== '' && node.kind !== 'directory' && fault?.step !== 'create') this.#isMade(path);
    if (!fault) return;
    const error = faultError(this.#shown(path), fault);
    if (!this.options.keepGoing) throw error;
    this.failures.push({ path, message: error.message });
  }

  /** An entry as a path that leads to it. */
  #shown(path: ByteString): ByteString {
    const { target } = this.options;
    return path === '' ? target : joinPath(target.replace(/(?<=.)\/+$/, '') as ByteString, path);
  }

  #inTheWay(path: ByteString, what: string): TargetError {
    const shown = displayText(this.#shown(path));
    return new TargetError('target.in-the-way', `${shown} ${what} of that name.`, {
      path: shown,
      hint: 'Move it away, or extract into a new directory.',
    });
  }

  async #guarded(path: ByteString, work: () => void | Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      const known = isSystemError(error) ? targetError(this.#shown(path), error) : error;
      if (!this.options.keepGoing || !isFaultOfEntry(known)) throw known;
      this.failures.push({ path, message: known.message });
    }
  }
}

function isSmall({ size, holes }: ExactContent): boolean {
  return size <= SMALL && holes.length === 0;
}

/** Contents of small files, in the order in which they are made; of a file with several names once. */
function* smallContents(root: Directory, links: ReadonlyMap<Node, number>): Generator<ExactContent> {
  const made = new Set<Node>();
  const directories = [root];
  for (let directory = directories.pop(); directory; directory = directories.pop()) {
    const below: Directory[] = [];
    for (const node of directory.entries.values()) {
      if (node.kind === 'directory') below.push(node);
      if (node.kind !== 'file' || !isSmall(node.content) || made.has(node)) continue;
      if (links.has(node)) made.add(node);
      yield node.content;
    }
    // Without recursion: nesting does not use the stack.
    for (const one of below.reverse()) directories.push(one);
  }
}

const STEPS: Readonly<Record<EntryFault['step'], string>> = {
  create: 'cannot be made',
  write: 'cannot be written',
  owner: 'cannot be given its owner',
  attribute: 'cannot be given all its extended attributes',
  mode: 'cannot be given its mode',
  time: 'cannot be given its time',
};

function faultError(path: ByteString, { step, errno }: EntryFault): TargetError {
  const shown = displayText(path);
  return new TargetError(`target.${errno.toLowerCase()}`, `${shown} ${STEPS[step]}: ${errno}.`, { path: shown });
}

function isSystemError(error: unknown): boolean {
  return error instanceof Error && 'syscall' in error;
}

/** Whether an error concerns one entry. A full disk or an abort concerns all of them. */
export function isFaultOfEntry(error: unknown): error is IsopressError {
  if (!(error instanceof IsopressError) || error instanceof AbortedError || error instanceof InternalError)
    return false;
  return !/\.(enospc|edquot|erofs)$/.test(error.code);
}
