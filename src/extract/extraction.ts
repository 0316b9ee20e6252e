// Makes the entries of a tree, directory by directory; directories get their attributes after all entries. The tree may still be
// read meanwhile.

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
  refuseUnfinishedAt,
} from '../io/index.js';
import {
  type Directory,
  type FileTree,
  hardLinkCounts,
  joinPath,
  type Node,
  type SeenDirectory,
} from '../tree/index.js';
import { type OpenDestination, trimmed } from './destination.js';
import { earlyContents } from './early-contents.js';
import { EarlyEntries, type EntryWork } from './early-entries.js';
import { EntryBatch, type Outcome, type OutcomeHandler } from './entry-batch.js';
import { faultError, inTheWay, isFaultOfEntry, knownError } from './entry-fault.js';
import type { EntryDirectory, EntryFault, EntryMaker, FileWriting, MakeOptions, NewEntry } from './entry-maker.js';
import { writeLarge } from './large-file.js';
import { canMake, settableXattrs } from './losses.js';
import { MadeNames } from './made-names.js';

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
/** Bytes between reports of progress. */
const REPORTED = 256 * 1024;

/** Makes the entries of a tree, one directory after the other. */
export class Extraction implements EntryWork {
  entries = 0;
  bytes = 0;
  readonly failures: ExtractFailure[] = [];
  readonly #run: Run;
  /** Bytes at the last report. */
  #reported = 0;
  readonly #writing: FileWriting;
  readonly #batch: EntryBatch;
  #reader: EarlyReader;
  readonly #names = new MadeNames();
  /** Every directory by its depth: those of a depth are not in each other. */
  readonly #directories: MadeDirectory[][] = [];
  /** Directories that did not exist before, as entries that get their attributes; each comes before those below it. */
  readonly #newDirectories: NewEntry[] = [];
  /** Directories below the top that existed before. */
  readonly #found = new Set<ByteString>();
  readonly #top: HeldDirectory;
  readonly #early: EarlyEntries;

  constructor(
    readonly maker: EntryMaker,
    readonly make: MakeOptions,
    readonly options: Extracting,
  ) {
    this.#run = options.run ?? quietRun();
    this.#writing = { run: this.#run, written: (bytes) => this.#report(bytes) };
    this.#reader = this.#readerOf([]);
    const handler: OutcomeHandler = {
      judge: (entry, outcome, path) => this.#judge(entry, outcome, path),
      again: (entry) => this.#again(entry),
      give: (data) => this.#reader.give(data),
    };
    this.#batch = new EntryBatch(maker, make, handler, this.#run.jobs);
    this.#top = holdDirectory(options.destination.path);
    this.#early = new EarlyEntries(this, this.#top);
  }

  /** Makes most entries of a directory before the whole tree is known. */
  seen(directory: SeenDirectory): Promise<void> {
    this.#run.signal?.throwIfAborted();
    return this.#early.add(directory);
  }

  /** Makes everything that has not been made. */
  async finish(tree: FileTree): Promise<void> {
    if (this.#directories.length === 0) await this.#whole(tree);
    else await this.#later(tree);
    await this.#batch.flush();
    // Only now, because making entries changes the time of their directory, and its mode may forbid that: the innermost first.
    for (const level of this.#directories.reverse()) {
      for (const { node, directory, path } of level) {
        // The image says nothing about a directory that it only implies, so one that was there stays as it is.
        if (node.implied && this.#isFound(path)) continue;
        const full = this.#batch.add({ directory, name: SELF, node: this.#settable(node), exists: true }, path);
        if (full) await full;
      }
      // No directory is closed before those below it.
      await this.#batch.flush();
    }
    this.#report();
  }

  /** Ends the extraction, with the `error` that it failed with. */
  async close(error?: unknown): Promise<void> {
    if (error !== undefined && this.#isUsed) await this.#finishStaying();
    this.#early.close();
    await Promise.all([this.#batch.settled(), this.#reader.settled()]);
    this.maker.close();
    this.#top.close();
  }

  async #whole(tree: FileTree): Promise<void> {
    this.#names.expect(hardLinkCounts(tree));
    this.#reader = this.#readerOf(earlyContents(tree.root, this.#names, this.maker));
    await this.#directory(tree.root, this.#top, '' as ByteString);
  }

  /** Makes what was put off while the tree was read. */
  async #later(tree: FileTree): Promise<void> {
    const { later } = this.#early;
    this.#early.close();
    const repeated = new Set(later.filter(({ isRepeated }) => isRepeated).map(({ node }) => node));
    this.#names.expect(repeated);
    if (repeated.size > 0) this.#names.find(tree.root, new Set(later.map(({ path }) => path)));
    for (const { directory, name, node, path } of later) {
      this.#run.signal?.throwIfAborted();
      try {
        const held = holdDirectory(directory.path, { found: directory.identity });
        try {
          await this.entry(held, directory, name, node, path);
        } finally {
          held.close();
        }
      } catch (error) {
        this.leaveOut(path, error);
      }
    }
  }

  /** Reads contents that the maker does not read itself, in this order. */
  #readerOf(contents: Iterable<ExactContent>): EarlyReader {
    return new EarlyReader(contents, this.#run, (length) => this.maker.allocate(length));
  }

  enter(node: Directory, directory: EntryDirectory, path: ByteString): void {
    const depth = path === '' ? 0 : path.split('/').length;
    this.#directories[depth] ??= [];
    this.#directories[depth].push({ node, directory, path });
  }

  isShort(node: Node): boolean {
    return node.kind !== 'file' || this.#isStored(node.content);
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
    this.enter(node, directory, path);
    for (const [name, child] of node.entries) {
      this.#run.signal?.throwIfAborted();
      const below = joinPath(path, name);
      try {
        // Most entries are only noted: a promise for each of them would cost more.
        const making = this.entry(held, directory, name, child, below);
        if (making) await making;
      } catch (error) {
        this.leaveOut(below, error);
      }
    }
    for (const [name, child] of node.entries) {
      if (child.kind !== 'directory') continue;
      const below = joinPath(path, name);
      await this.#below(held, name, child, below).catch((error) => this.leaveOut(below, error));
    }
  }

  async #below(held: HeldDirectory, name: ByteString, child: Directory, path: ByteString): Promise<void> {
    const below = heldIn(held, name);
    try {
      await this.#directory(child, below, path);
    } finally {
      below.close();
    }
  }

  entry(
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
    if (!this.#names.has(node)) return this.#newEntry(held, entry, node, path);
    return this.#linked(held, name, node, path).then((isLinked) =>
      isLinked ? undefined : this.#newEntry(held, entry, node, path),
    );
  }

  #newEntry(held: HeldDirectory, entry: NewEntry, node: Node, path: ByteString): Promise<void> | undefined {
    if (node.kind !== 'file') return this.#batch.add(entry, path);
    const { content } = node;
    if (!this.#isStored(content)) return this.#readFile(held, entry, content, path);
    const { directory, name } = entry;
    const adding = this.#batch.add({ directory, name, node: entry.node, stored: content, exists: false }, path);
    this.#progress(content);
    return adding;
  }

  #isStored(content: ExactContent): boolean {
    return content.size <= LARGEST_STORED && this.maker.reads(content);
  }

  async #readFile(held: HeldDirectory, entry: NewEntry, content: ExactContent, path: ByteString): Promise<void> {
    if (isReadEarly(content) && !this.maker.reads(content)) {
      await this.#batch.add({ ...entry, data: await this.#reader.take(content) }, path);
    } else {
      await writeLarge(joinPath(held.at, entry.name), content, { ...this.#writing, maker: this.maker });
      this.#remember(path);
      await this.#batch.add({ ...entry, exists: true }, path);
    }
    this.#progress(content);
  }

  /** Reports a step of some size: a report for each of many small files would cost as much as to note it. */
  #progress({ size }: ExactContent): void {
    this.bytes += size;
    if (this.bytes - this.#reported >= REPORTED) this.#report();
  }

  /** `more`: bytes of a file that is not complete. */
  #report(more = 0): void {
    this.#reported = this.bytes + more;
    this.#run.report({ step: 'extracting', done: this.#reported, unit: 'bytes' });
  }

  newDirectory(held: HeldDirectory, name: ByteString, path: ByteString): HeldDirectory {
    this.#makeDirectory(held, name, path);
    return heldIn(held, name);
  }

  /** Returns whether there was none. */
  #makeDirectory(held: HeldDirectory, name: ByteString, path: ByteString): boolean {
    const host = pathBuffer(joinPath(held.at, name));
    const found = this.#isUsed ? lstatSync(host, { throwIfNoEntry: false }) : undefined;
    if (found && !found.isDirectory()) throw inTheWay(this.#shown(path), 'is not a directory, and the image has one');
    if (found) this.#found.add(path);
    else mkdirSync(host, 0o700);
    this.#isMade(path);
    return !found;
  }

  /** A file of the same name is replaced, unless a change of it is unfinished; a directory is not. */
  #makeRoom(held: HeldDirectory, name: ByteString, path: ByteString): void {
    const at = joinPath(held.at, name);
    const host = pathBuffer(at);
    const found = lstatSync(host, { throwIfNoEntry: false });
    if (found?.isDirectory()) throw inTheWay(this.#shown(path), 'is a directory, and the image has a file');
    if (found?.isFile()) refuseUnfinishedAt(at, joinPath(held.path, name));
    if (found) unlinkSync(host);
  }

  /** Makes a hard link if the node, which has several names, was made under another one. Returns whether it did. */
  async #linked(held: HeldDirectory, name: ByteString, node: Node, path: ByteString): Promise<boolean> {
    const first = this.#names.first(node);
    if (first === undefined) {
      this.#names.setFirst(node, path);
      return false;
    }
    await this.#batch.flush();
    try {
      linkSync(pathBuffer(joinPath(this.#top.at, first)), pathBuffer(joinPath(held.at, name)));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
      // The first name could not be made, so this one becomes the first.
      this.#names.setFirst(node, path);
      return false;
    }
    this.#isMade(path);
    return true;
  }

  #settable(node: Node): Node {
    const xattrs = settableXattrs(node, this.make);
    return xattrs === node.xattrs ? node : { ...node, xattrs };
  }

  #isFound(path: ByteString): boolean {
    return path === '' ? this.options.destination.kind !== 'new' : this.#found.has(path);
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
      await writeLarge(joinPath(held.at, entry.name), stored!, this.#writing);
    } finally {
      held.close();
    }
    return (await this.maker.make([{ ...entry, exists: true }], this.make))[0];
  }

  #judge({ node, stored }: NewEntry, fault: Outcome, path: ByteString): void {
    if (fault instanceof Error) {
      this.bytes -= stored?.size ?? 0;
      this.leaveOut(path, fault);
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

  leaveOut(path: ByteString, error: unknown): void {
    const known = knownError(error, this.#shown(path));
    if (!this.options.keepGoing || !isFaultOfEntry(known)) throw known;
    this.failures.push({ path, message: known.message });
  }
}

/** Opens a directory in another one. */
function heldIn(held: HeldDirectory, name: ByteString): HeldDirectory {
  return holdDirectory(joinPath(held.path, name), { at: joinPath(held.at, name) });
}
