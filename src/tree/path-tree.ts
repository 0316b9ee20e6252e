// A tree out of entries with paths, as archives list them: a later entry of a path replaces an earlier one, and directories that
// are not listed are made on the way.

import type { ByteString } from '../bytes/index.js';
import { FileTree } from './file-tree.js';
import { type Attributes, type Directory, directory, isEntryName, type Node } from './node.js';

interface Draft {
  given: Attributes | undefined;
  readonly entries: Map<ByteString, Draft | Exclude<Node, Directory>>;
}

const isDraft = (entry: Draft | Node): entry is Draft => !('kind' in entry);

/** Entries are refused whose path leads through one that is not a directory, or has a name that no entry can have. */
export class PathTree {
  readonly #root: Draft = { given: undefined, entries: new Map() };

  /** Adds a directory. False if it is refused. */
  addDirectory(names: readonly ByteString[], given: Attributes): boolean {
    const draft = this.#descend(names, true);
    if (draft) draft.given = given;
    return draft !== undefined;
  }

  /** Adds any other entry. False if it is refused, and for the root. */
  add(names: readonly ByteString[], node: Exclude<Node, Directory>): boolean {
    const parent = this.#descend(names.slice(0, -1), false);
    const name = names.at(-1);
    if (!parent || name === undefined || !isEntryName(name)) return false;
    parent.entries.set(name, node);
    return true;
  }

  finish(): FileTree {
    return new FileTree(finished(this.#root));
  }

  /** `replace`: whether another entry at the end of the path gives way. */
  #descend(names: readonly ByteString[], replace: boolean): Draft | undefined {
    let at = this.#root;
    for (const [index, name] of names.entries()) {
      const next = at.entries.get(name);
      if (!isEntryName(name)) return undefined;
      if (next && isDraft(next)) at = next;
      else if (next && !(replace && index === names.length - 1)) return undefined;
      else {
        const made: Draft = { given: undefined, entries: new Map() };
        at.entries.set(name, made);
        at = made;
      }
    }
    return at;
  }
}

function finished({ given, entries }: Draft): Directory {
  const children = [...entries].map(([name, entry]) => [name, isDraft(entry) ? finished(entry) : entry] as const);
  const made = directory(given ?? {}, children);
  return given ? made : { ...made, implied: true };
}
