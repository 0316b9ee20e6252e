// Work on whole trees, with paths as text.

import { type ByteString, displayText, type PathLike, pathBytes } from '../bytes/index.js';
import type { Content, ExactContent } from '../io/index.js';
import * as tree from '../tree/index.js';
import { runOf, type WorkOptions } from './run.js';

/** An entry of a walk. */
export interface WalkEntry<C extends Content = ExactContent> {
  /** Path from the root as text, without leading slash; "" is the root. Bytes that are not UTF-8 appear as `\xHH`. `FileTree.get` takes it. */
  readonly path: string;
  /** The same path as bytes. */
  readonly bytes: ByteString;
  /** The last part of the path. */
  readonly name: string;
  readonly node: tree.Node<C>;
  /** The directory that holds it; undefined for the root. */
  readonly parent: tree.Directory<C> | undefined;
}

/** Every entry, directories before their entries, names in byte order. The root comes first. */
export function* walk<C extends Content>(whole: tree.FileTree<C>): Generator<WalkEntry<C>> {
  for (const { path, name, node, parent } of tree.walk(whole)) {
    yield { path: displayText(path), bytes: path, name: displayText(name), node, parent };
  }
}

/** The node a path leads to, through symbolic links; undefined if there is none, or only a loop of links. */
export function follow<C extends Content>(whole: tree.FileTree<C>, path: PathLike): tree.Found<C>['node'] | undefined {
  return tree.follow(whole, pathBytes(path));
}

/** All paths that match a pattern in which `*` matches any part of one name, in byte order. */
export function glob<C extends Content>(whole: tree.FileTree<C>, pattern: PathLike): tree.Found<C>[] {
  return tree.glob(whole, pathBytes(pattern));
}

/** The tree without the entries that match any of the patterns, and without what is below them. */
export function exclude<C extends Content>(whole: tree.FileTree<C>, patterns: readonly PathLike[]): tree.FileTree<C> {
  return tree.exclude(whole, patterns.map(pathBytes));
}

/**
 * The entries that one of the patterns matches, directories with everything in them, below the directories that lead to them.
 * Patterns count from the root. Throws {@link InvalidInputError} `tree.no-match` for a pattern that matches nothing.
 */
export function pick<C extends Content>(whole: tree.FileTree<C>, patterns: readonly PathLike[]): tree.FileTree<C> {
  return tree.pick(whole, patterns.map(pathBytes));
}

/** SHA-256 over names, attributes and contents, hexadecimal: equal trees have equal digests (docs/keys.md). Reads every content. */
export function treeDigest(whole: tree.FileTree, options: WorkOptions = {}): Promise<string> {
  return tree.treeDigest(whole, runOf(options));
}

/** Changes of a tree before it goes into an image. */
export interface Preparation extends Omit<tree.Preparation, 'exclude'> {
  /** Patterns of entries to leave out. */
  readonly exclude?: readonly PathLike[];
}

/**
 * Prepares a tree for an image: leaves out what is excluded, then replaces owners, drops extended attributes, applies `change`,
 * lays the manifest over the result, and lowers times to the epoch.
 */
export function prepareTree(given: tree.FileTree, { exclude: patterns, ...rest }: Preparation): tree.PreparedTree {
  return tree.prepareTree(given, patterns ? { ...rest, exclude: patterns.map(pathBytes) } : rest);
}

/** Reads a manifest from its text; `name` is what errors call it. Throws {@link InvalidInputError} with the line at fault. */
export function readManifest(text: PathLike, name: string): tree.ManifestEntry[] {
  return tree.readManifest(pathBytes(text), name);
}

/**
 * The tree with equal contents made one object, which every format stores once. Reads only contents whose size occurs more than
 * once; contents of unknown size are left alone.
 */
export function shareDuplicates<C extends Content>(
  whole: tree.FileTree<C>,
  options: WorkOptions = {},
): Promise<tree.FileTree<C>> {
  return tree.shareDuplicates(whole, runOf(options));
}
