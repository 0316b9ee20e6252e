// Several sources in one tree, as mkisofs takes them: directories whose entries come together, single files, and with
// -graft-points `path in the image=source`.

import { lstatSync, statSync } from 'node:fs';
import { displayText, withoutEnd } from '../bytes/index.js';
import { InvalidInputError } from '../errors.js';
import { pathBuffer } from '../io/index.js';
import { type ScanOptions, scanDirectory, scanEntry } from '../source/index.js';
import { type FileTree, mapNodes, type Node, nonDirectoryAbove, overlay, FileTree as Tree } from '../tree/index.js';
import { argumentBytes } from './argument-bytes.js';

/** A source and the directory or file of the image that it becomes. */
export interface Graft {
  /** Path in the image without leading slash; empty for the root. */
  readonly target: string;
  readonly path: string;
}

export interface Pathspecs {
  /** The source scanned first; undefined without operands. */
  readonly source: string | undefined;
  /** Where its entries come; undefined for the root. */
  readonly base: string | undefined;
  /** The sources laid over it. */
  readonly grafts: readonly Graft[];
}

/** Divides operands. The first directory, or the only operand, is the source. */
export function pathspecsOf(operands: readonly string[], graftPoints: boolean): Pathspecs {
  const all = operands.map((operand) => (graftPoints ? graftOf(operand) : plain(operand)));
  if (all.length <= 1 && (all[0]?.target ?? '') === '') return { source: all[0]?.path, base: undefined, grafts: [] };
  const first = all.find(({ path }) => statSync(path, { throwIfNoEntry: false })?.isDirectory());
  if (!first) {
    throw new InvalidInputError('usage.no-directory', 'One of several sources must be a directory.', {
      hint: 'Give a directory in addition to single files.',
    });
  }
  const grafts = all.filter((graft) => graft !== first).map(named);
  const base = named(first).target;
  return { source: first.path, base: base === '' ? undefined : base, grafts };
}

/** `boot/grub=/usr/lib/grub`: an equals sign or backslash in a name has a backslash before it. A slash at the end is kept. */
function graftOf(operand: string): Graft {
  const match = /^((?:[^=\\]|\\.)*)=(.*)$/s.exec(operand);
  if (!match) return plain(operand);
  return { target: unescaped(match[1]!).replace(/^\/+/, ''), path: unescaped(match[2]!) };
}

const plain = (path: string): Graft => ({ target: '', path });
const unescaped = (text: string) => text.replace(/\\(.)/gs, '$1');

/** A single file keeps its own name where none is given, or where the target is a directory by its slash. */
function named({ target, path }: Graft): Graft {
  const directory = withoutEnd(target, '/');
  const isDirectory = statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
  if (isDirectory || (target !== '' && !target.endsWith('/'))) return { target: directory, path };
  return { target: [directory, path.split('/').at(-1)!].filter((part) => part !== '').join('/'), path };
}

/** The tree under `base`, and the other sources laid over it. */
export async function grafted(
  tree: FileTree,
  base: string | undefined,
  grafts: readonly Graft[],
  options: ScanOptions,
): Promise<FileTree> {
  let whole = base === undefined ? tree : Tree.of({ [base]: tree.root });
  for (const { target, path } of grafts) {
    if (nonDirectoryAbove(whole, target)) {
      const message = `${path} cannot be put at ${target}: a file is in the way.`;
      throw new InvalidInputError('cli.graft-taken', message, { path });
    }
    whole = overlay(whole, await graftTree(target, path, options));
  }
  return whole;
}

async function graftTree(target: string, path: string, options: ScanOptions): Promise<FileTree> {
  const bytes = argumentBytes(path);
  const stat = lstatSync(pathBuffer(bytes), { throwIfNoEntry: false });
  const shown = displayText(bytes);
  if (!stat) throw new InvalidInputError('cli.no-source', `There is no ${shown}.`, { path: shown });
  if (statSync(pathBuffer(bytes), { throwIfNoEntry: false })?.isDirectory()) {
    const tree = await scanDirectory(bytes, options);
    return target === '' ? tree : Tree.of({ [target]: tree.root });
  }
  return Tree.of({ [target]: await scanEntry(bytes, options) });
}

/** Owners and modes as `-r` of mkisofs gives them: everything is root's, readable by all, and nobody may write. */
export function rationalised(tree: FileTree): FileTree {
  return mapNodes(tree, (node) => ({ ...node, uid: 0, gid: 0, mode: rationalMode(node) }));
}

function rationalMode({ kind, mode }: Node): number {
  if (kind === 'symlink') return mode;
  const runs = kind === 'directory' || (mode & 0o111) !== 0;
  return 0o444 | (runs ? 0o111 : 0);
}
