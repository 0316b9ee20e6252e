// Makes the entries of a tree, directory by directory; directories get their attributes after all entries.

import { linkSync, lstatSync, mkdirSync, unlinkSync } from 'node:fs';
import type { ByteString } from '../bytes/index.js';
import {
  EarlyReader,
  type ExactContent,
  type HeldDirectory,
  holdDirectory,
  isReadEarly,
  pathBuffer,
  quietRun,
  type Run,
} from '../io/index.js';
import { type Directory, type FileTree, hardLinkCounts, joinPath, type Node } from '../tree/index.js';
import { type OpenDestination, trimmed } from './destination.js';
import { earlyContents } from './early-contents.js';
import { EntryBatch, type Outcome, type OutcomeHandler } from './entry-batch.js';
import { faultError, inTheWay, isFaultOfEntry, knownError } from './entry-fault.js';
import type { EntryDirectory, EntryFault, EntryMaker, MakeOptions, NewEntry } from './entry-maker.js';
import { writeLarge } from './large-file.js';
import { canMake, settableXattrs } from './losses.js';

/** An entry that was left out, or is not complete. */
export interface ExtractFailure {
  readonly path: ByteString;
  readonly message: string;
}

/** How a tree is extracted. */
export interface Extracting {
  /** Leave out entries that cannot be read or made. */
  readonly keepGoing?: boolean;
  readonly run?: Run;
  /** The directory as the caller names it. */
  readonly target: ByteString;
  readonly destination: OpenDestination;
}

/** A directory whose entries are being made. */
interface MadeDirectory {
  readonly node: Directory;
  readonly directory: EntryDirectory;
  readonly path: ByteString;
}

/** The name of a directory as an entry of itself. */
const SELF = '.' as ByteString;
/** Larger files are written by several threads. */
const LARGEST_STORED = 4 * 1024 * 1024;

/** Makes the entries of a tree, one directory after the other. */
export class Extraction {
  entries = 0;
  bytes = 0;
  readonly failures: ExtractFailure[] = [];
  readonly #run: Run;
  readonly #batch: EntryBatch;
  readonly #early: EarlyReader;
  /** The first path of each node with several names, below the top. */
  readonly #made = new Map<Node, ByteString>();
  readonly #links: ReadonlyMap<Node, number>;
  /** Every directory, which comes before those below it. */
  readonly #directories: MadeDirectory[] = [];
  /** Directories that did not exist before, as entries that get their attributes; each comes before those below it. */
  readonly #newDirectories: NewEntry[] = [];
  #top: HeldDirectory | undefined;

  constructor(
    readonly tree: FileTree,
    readonly maker: EntryMaker,
    readonly make: MakeOptions,
    readonly options: Extracting,
  ) {
    this.#run = options.run ?? quietRun();
    this.#links = hardLinkCounts(tree);
    const contents = earlyContents(tree.root, this.#links, maker);
    this.#early = new EarlyReader(contents, this.#run, (length) => maker.allocate(length));
    const handler: OutcomeHandler = {
      judge: (entry, outcome, path) => this.#judge(entry, outcome, path),
      again: (entry) => this.#again(entry),
      give: (data) => this.#early.give(data),
    };
    this.#batch = new EntryBatch(maker, make, handler, this.#run.jobs);
  }

  async all(): Promise<void> {
    const { root } = this.tree;
    const top = holdDirectory(this.options.destination.path);
    this.#top = top;
    try {
      await this.#directory(root, top, '' as ByteString);
      await this.#batch.flush();
      // Only now, because making entries changes the time of their directory, and its mode may forbid that: the innermost first.
      for (const { node, directory, path } of this.#directories.reverse()) {
        const full = this.#batch.add({ directory, name: SELF, node: this.#settable(node), exists: true }, path);
        // One call at a time, so that no directory is closed before those below it.
        if (full) await full.then(() => this.#batch.flush());
      }
      await this.#batch.flush();
    } catch (error) {
      if (this.#isUsed) await this.#finishStaying();
      throw error;
    } finally {
      await Promise.all([this.#batch.settled(), this.#early.settled()]);
      this.maker.close();
      top.close();
    }
  }

  /** After a failure: what was made in a directory that had entries stays there, so it gets its modes, owners and times. */
  async #finishStaying(): Promise<void> {
    await this.#batch.settled();
    const rest = [...this.#batch.unmade, ...this.#newDirectories.reverse()];
    // The caller learns of the failure that came first.
    await this.maker.make(rest, this.make).catch(() => {});
  }

  async #directory(node: Directory, held: HeldDirectory, path: ByteString): Promise<void> {
    const directory = { path: held.path, identity: held.identity };
    this.#directories.push({ node, directory, path });
    for (const [name, child] of node.entries) {
      this.#run.signal?.throwIfAborted();
      const below = joinPath(path, name);
      try {
        // Most entries are only noted: a promise for each of them would cost more.
        const making = this.#entry(held, directory, name, child, below);
        if (making) await making;
      } catch (error) {
        this.#leaveOut(below, error);
      }
    }
    for (const [name, child] of node.entries) {
      if (child.kind !== 'directory') continue;
      const below = joinPath(path, name);
      await this.#below(held, name, child, below).catch((error) => this.#leaveOut(below, error));
    }
  }

  async #below(held: HeldDirectory, name: ByteString, child: Directory, path: ByteString): Promise<void> {
    const below = holdDirectory(joinPath(held.path, name), { at: joinPath(held.at, name) });
    try {
      await this.#directory(child, below, path);
    } finally {
      below.close();
    }
  }

  #entry(
    held: HeldDirectory,
    directory: EntryDirectory,
    name: ByteString,
    node: Node,
    path: ByteString,
  ): Promise<void> | undefined {
    if (!canMake(node, this.maker, this.make)) return undefined;
    if (node.kind === 'directory') {
      const isNew = this.#makeDirectory(held, name, path);
      if (isNew) this.#newDirectories.push({ directory, name, node: this.#settable(node), exists: true });
      return undefined;
    }
    if (this.#isUsed) this.#makeRoom(held, name, path);
    const entry = { directory, name, node: this.#settable(node), exists: false };
    if (!this.#links.has(node)) return this.#newEntry(held, entry, node, path);
    return this.#linked(held, name, node, path).then((isLinked) =>
      isLinked ? undefined : this.#newEntry(held, entry, node, path),
    );
  }

  #newEntry(held: HeldDirectory, entry: NewEntry, node: Node, path: ByteString): Promise<void> | undefined {
    if (node.kind !== 'file') return this.#batch.add(entry, path);
    const { content } = node;
    if (content.size > LARGEST_STORED || !this.maker.reads(content)) return this.#readFile(held, entry, content, path);
    const { directory, name } = entry;
    const adding = this.#batch.add({ directory, name, node: entry.node, stored: content, exists: false }, path);
    this.#progress(content);
    return adding;
  }

  async #readFile(held: HeldDirectory, entry: NewEntry, content: ExactContent, path: ByteString): Promise<void> {
    if (isReadEarly(content) && !this.maker.reads(content)) {
      await this.#batch.add({ ...entry, data: await this.#early.take(content) }, path);
    } else {
      await writeLarge(joinPath(held.at, entry.name), content, this.#run, this.maker);
      this.#remember(path);
      await this.#batch.add({ ...entry, exists: true }, path);
    }
    this.#progress(content);
  }

  #progress({ size }: ExactContent): void {
    this.bytes += size;
    this.#run.report({ step: 'extracting', done: this.bytes, unit: 'bytes' });
  }

  /** Returns whether there was none. */
  #makeDirectory(held: HeldDirectory, name: ByteString, path: ByteString): boolean {
    const host = pathBuffer(joinPath(held.at, name));
    const found = this.#isUsed ? lstatSync(host, { throwIfNoEntry: false }) : undefined;
    if (found && !found.isDirectory()) throw inTheWay(this.#shown(path), 'is not a directory, and the image has one');
    if (!found) mkdirSync(host, 0o700);
    this.#isMade(path);
    return !found;
  }

  /** A file of the same name is replaced; a directory is not. */
  #makeRoom(held: HeldDirectory, name: ByteString, path: ByteString): void {
    const host = pathBuffer(joinPath(held.at, name));
    const found = lstatSync(host, { throwIfNoEntry: false });
    if (found?.isDirectory()) throw inTheWay(this.#shown(path), 'is a directory, and the image has a file');
    if (found) unlinkSync(host);
  }

  /** Makes a hard link if the node, which has several names, was made under another one. Returns whether it did. */
  async #linked(held: HeldDirectory, name: ByteString, node: Node, path: ByteString): Promise<boolean> {
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
      // The first name could not be made, so this one becomes the first.
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

  /** Makes a file whose content the maker could not read. */
  async #again({ stored, ...entry }: NewEntry): Promise<EntryFault | undefined> {
    const { path, identity } = entry.directory;
    const held = holdDirectory(path, { found: identity });
    try {
      await writeLarge(joinPath(held.at, entry.name), stored!, this.#run);
    } finally {
      held.close();
    }
    return (await this.maker.make([{ ...entry, exists: true }], this.make))[0];
  }

  #judge({ node, stored }: NewEntry, fault: Outcome, path: ByteString): void {
    if (fault instanceof Error) {
      this.bytes -= stored?.size ?? 0;
      this.#leaveOut(path, fault);
      return;
    }
    if (path !== '' && node.kind !== 'directory' && fault?.step !== 'create') this.#isMade(path);
    if (!fault) return;
    const error = faultError(this.#shown(path), fault);
    if (!this.options.keepGoing) throw error;
    this.failures.push({ path, message: error.message });
  }

  /** An entry as a path that leads to it. */
  #shown(path: ByteString): ByteString {
    const { target } = this.options;
    return path === '' ? target : joinPath(trimmed(target), path);
  }

  /** Notes an entry that failed; throws its error if that ends the extraction. */
  #leaveOut(path: ByteString, error: unknown): void {
    const known = knownError(error, this.#shown(path));
    if (!this.options.keepGoing || !isFaultOfEntry(known)) throw known;
    this.failures.push({ path, message: known.message });
  }
}
