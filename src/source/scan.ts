// A scan in progress: entries become nodes, names of one inode share a node, and the event loop runs now and then.

import { type ByteString, displayText } from '../bytes/index.js';
import { SourceError } from '../errors.js';
import {
  type ExactContent,
  fileContent,
  NativeRangeReader,
  type Range,
  type RangeReader,
  type Run,
  type SourceDirectory,
  sourceError,
  yieldToEventLoop,
} from '../io/index.js';
import type { EngineChoice, NativeAddon } from '../native/index.js';
import {
  type Attributes,
  type Directory,
  directory,
  excludeMatcher,
  file,
  joinPath,
  kindOfMode,
  type Node,
  special,
  symlink,
} from '../tree/index.js';
import type { Entries, EntryFacts, EntryReader, KeepBelow, Listing, ReadAhead } from './entries.js';
import { scanError } from './errors.js';
import type { FactsOverride } from './fakeroot-state.js';
import { askForHoles, searchHoles } from './holes.js';

/** How a directory is scanned. */
export interface ScanOptions {
  /** Default `auto`. Without the addon the scan is slower on sparse files and may miss xattrs, which a note reports. */
  readonly engine?: EngineChoice;
  /** Leave out other file systems that are mounted below; their mount points become empty directories. Default false. */
  readonly oneFileSystem?: boolean;
  /** Patterns of entries to leave out, as for {@link exclude}. Entries that match are not examined. */
  readonly exclude?: readonly ByteString[];
  /** Read extended attributes. Default true. */
  readonly xattrs?: boolean;
  /** Replaces facts of entries, for owners and devices that are recorded elsewhere. */
  readonly overrideFacts?: FactsOverride;
  /** Called once for each kind of thing that could not be read, with a sentence. */
  readonly note?: (text: string, lost: boolean) => void;
  /** For progress and for stopping early. */
  readonly run?: Run;
}

/** The event loop runs once per this many entries. */
const ENTRIES_PER_YIELD = 2048;

/** One scan of a directory. */
export class Scan {
  /** Entries with several names, by file system and inode: the node that all their names share. */
  readonly #shared = new Map<bigint, Node>();
  /** The directories that the scan is inside, by file system and inode. */
  readonly #inside = new Set<bigint>();
  readonly #reader: RangeReader | undefined;
  readonly #listings: ReadAhead;
  #top = 0;
  #entries = 0;
  #fileSystem = 0n;

  constructor(
    readonly addon: NativeAddon | undefined,
    readonly entries: EntryReader,
    readonly options: ScanOptions,
    /** The only entry of the top directory that is examined. */
    only?: ByteString,
  ) {
    if (addon) this.#reader = new NativeRangeReader(addon);
    const isOnly: KeepBelow = (path) => (name) => path.length === this.#top && name === only;
    this.#listings = entries.ahead(only === undefined ? this.#keep(options.exclude ?? []) : isOnly);
  }

  async top(path: ByteString): Promise<Directory> {
    const top = path.endsWith('/') ? path : (`${path}/` as ByteString);
    this.#top = top.length;
    let entries: Entries;
    let facts: EntryFacts;
    try {
      entries = await this.entries.top(top);
      facts = this.#overridden(entries.facts(0));
    } catch (error) {
      throw sourceError(path, error);
    }
    this.#fileSystem = entries.device(0);
    return this.#directory(top, facts, entries.identity(0));
  }

  /** Chooses the names to examine; undefined for all. */
  #keep(exclude: readonly ByteString[]): KeepBelow | undefined {
    if (exclude.length === 0) return undefined;
    const excluded = excludeMatcher(exclude);
    return (path) => (name) => !excluded(joinPath(path, name).slice(this.#top) as ByteString);
  }

  async #directory(path: ByteString, facts: EntryFacts, identity: bigint): Promise<Directory> {
    if (this.#inside.has(identity)) throw mountLoop(path);
    this.#inside.add(identity);
    const nodes: [ByteString, Node][] = [];
    const own = { path, device: facts.identity.device, reader: this.#reader };
    const listing = this.#listings.take(path, facts.identity);
    for (let part = await this.#next(path, listing); part; part = await this.#next(path, listing)) {
      await this.#part(own, part, nodes);
      part.close();
    }
    this.#inside.delete(identity);
    return directory<ExactContent>(attributesOf(facts), nodes);
  }

  async #next(path: ByteString, listing: Listing): Promise<Entries | undefined> {
    try {
      return await listing.next();
    } catch (error) {
      throw scanError(path, error);
    }
  }

  async #part(own: SourceDirectory, part: Entries, nodes: [ByteString, Node][]): Promise<void> {
    const below = this.#listings.below(own.path, part, (index) => this.#isEntered(part, index));
    for (let i = 0; i < part.count; i++) {
      below?.reached(i);
      const name = part.name(i);
      const node = this.#entry(own, name, part, i);
      nodes.push([name, node instanceof Promise ? await node : node]);
      if (++this.#entries % ENTRIES_PER_YIELD === 0) {
        this.options.run?.report({ step: 'scanning', done: this.#entries, unit: 'entries' });
        await yieldToEventLoop(this.options.run);
      }
    }
  }

  /** Whether the entries of a directory belong to the tree. */
  #isEntered(part: Entries, index: number): boolean {
    return !this.options.oneFileSystem || part.device(index) === this.#fileSystem;
  }

  /** Returns a promise only if it must wait, for a directory or for the search of a sparse file: a promise per entry is slow. */
  #entry(own: SourceDirectory, name: ByteString, part: Entries, index: number): Node | Promise<Node> {
    const facts = this.#facts(own, name, part, index);
    if (kindOfMode(facts.mode) === 'directory') {
      if (!this.#isEntered(part, index)) return directory<ExactContent>(attributesOf(facts));
      return this.#directory(joinPath(own.path, name), facts, part.identity(index));
    }
    if (facts.links < 2) return this.#leaf(own, name, facts);
    const identity = part.identity(index);
    const known = this.#shared.get(identity);
    if (known) return known;
    const node = this.#leaf(own, name, facts);
    if (node instanceof Promise) {
      return node.then((made) => {
        this.#shared.set(identity, made);
        return made;
      });
    }
    this.#shared.set(identity, node);
    return node;
  }

  #facts(own: SourceDirectory, name: ByteString, part: Entries, index: number): EntryFacts {
    try {
      return this.#overridden(part.facts(index));
    } catch (error) {
      throw scanError(joinPath(own.path, name), error);
    }
  }

  #overridden(facts: EntryFacts): EntryFacts {
    return this.options.overrideFacts ? this.options.overrideFacts(facts) : facts;
  }

  #leaf(own: SourceDirectory, name: ByteString, facts: EntryFacts): Node | Promise<Node> {
    const attrs = attributesOf(facts);
    const kind = kindOfMode(facts.mode);
    if (kind === 'file') return this.#file(own, name, facts, attrs);
    if (kind === 'symlink') return symlink(facts.target, attrs);
    if (!kind || kind === 'directory') {
      const shown = displayText(joinPath(own.path, name));
      throw new SourceError('source.unknown-kind', `${shown} is of a kind that no image can store.`, { path: shown });
    }
    return kind.endsWith('device') ? special(kind, attrs, facts.major, facts.minor) : special(kind, attrs);
  }

  #file(
    own: SourceDirectory,
    name: ByteString,
    { size, allocated, identity }: EntryFacts,
    attrs: Attributes,
  ): Node | Promise<Node> {
    // The file may be a bind mount from another file system than its directory.
    const parent = identity.device === own.device ? own : { ...own, device: identity.device };
    const place = { directory: parent, name, inode: identity.inode };
    if (allocated >= size) return file(fileContent(place, size), attrs);
    const path = joinPath(own.path, name);
    const sparse = (holes: readonly Range[]) => file(fileContent(place, size, { holes, modified: attrs.mtime }), attrs);
    if (this.addon) return sparse(askForHoles(this.addon, path, identity, size));
    return searchHoles(path, identity, size, this.options.run).then(sparse);
  }
}

function attributesOf({ mode, uid, gid, mtime, xattrs }: EntryFacts): Attributes {
  return { mode: mode & 0o7777, uid, gid, mtime, xattrs };
}

function mountLoop(path: ByteString): SourceError {
  const shown = displayText(path);
  const message = `${shown} is a directory inside itself, through a mount.`;
  return new SourceError('source.mount-loop', message, { path: shown, hint: 'Unmount it, or exclude it.' });
}
