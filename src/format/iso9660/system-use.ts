// The system use fields of directory records: Rock Ridge and AAIP.

import type { ByteString } from '../../bytes/index.js';
import type { Content } from '../../io/index.js';
import { type Directory, type FileTree, hardLinkCounts, type Node, walk } from '../../tree/index.js';
import { attributeFields } from './aaip.js';
import type { FieldRun } from './field-run.js';
import { addEntryFields, type LinkFacts, type RockRidgeVersion, rockRidgeExtension } from './rock-ridge.js';
import { SP } from './susp.js';

/** The fields are made twice: while planning for their lengths, and when a directory is rendered. */
export interface SystemUse {
  /** For "." and ".."; the root's own "." also announces the protocol. */
  addSelfFields(run: FieldRun, node: Directory<Content>, announces: boolean): void;
  addEntryFields(run: FieldRun, node: Node<Content>, name: ByteString): void;
}

/**
 * Rock Ridge over a tree: link counts and, for 1.12, serial numbers come from the whole of it. With `attributes` the entries
 * carry their extended attributes too; those of the root are in its own ".".
 */
export function rockRidge(tree: FileTree<Content>, version: RockRidgeVersion, attributes: boolean): SystemUse {
  const extension = rockRidgeExtension(version);
  const factsOf = linkFacts(tree, version);
  const addAttributes = (run: FieldRun, node: Node<Content>) => {
    if (attributes) for (const field of attributeFields(node)) run.append(field);
  };
  return {
    addSelfFields: (run, node, announces) => {
      if (announces) run.append(SP);
      addEntryFields(run, node, undefined, factsOf(node), version);
      if (!announces) return;
      run.append(extension);
      addAttributes(run, node);
    },
    addEntryFields: (run, node, name) => {
      addEntryFields(run, node, name, factsOf(node), version);
      addAttributes(run, node);
    },
  };
}

function linkFacts(tree: FileTree<Content>, version: RockRidgeVersion): (node: Node<Content>) => LinkFacts {
  const names = hardLinkCounts(tree);
  const serials = version === '1.12' ? serialNumbers(tree) : undefined;
  /** Counted once for each directory: every one in it has a ".." with the count. */
  const subdirectories = new Map<Node<Content>, number>();
  const linksOf = (node: Directory<Content>) => {
    const known = subdirectories.get(node);
    if (known !== undefined) return 2 + known;
    const count = countSubdirectories(node);
    subdirectories.set(node, count);
    return 2 + count;
  };
  return (node) => ({
    links: node.kind === 'directory' ? linksOf(node) : (names.get(node) ?? 1),
    serial: serials?.get(node) ?? 0,
  });
}

function countSubdirectories(node: Directory<Content>): number {
  let count = 0;
  for (const child of node.entries.values()) if (child.kind === 'directory') count++;
  return count;
}

/** Numbers from 1 in the order in which a walk meets the nodes. */
function serialNumbers(tree: FileTree<Content>): ReadonlyMap<Node<Content>, number> {
  const serials = new Map<Node<Content>, number>();
  for (const { node } of walk(tree)) if (!serials.has(node)) serials.set(node, serials.size + 1);
  return serials;
}
