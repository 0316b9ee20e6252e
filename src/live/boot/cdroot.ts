// config-cdroot.tar*: an archive next to the description whose content goes onto the medium itself, outside the root image.

import { readdir } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { type ByteString, compareBytes, displayText, fromText, timestamp } from '../../bytes/index.js';
import { InvalidInputError } from '../../errors.js';
import type { ExactContent, Run } from '../../io/index.js';
import { scanTarball } from '../../source/index.js';
import { directory, type FileTree, glob, mapNodes, type Node, walk } from '../../tree/index.js';

const START = 'config-cdroot.tar';
/** Limit of the unpacked size, in bytes. */
const LIMIT = 16 * 1024 ** 3;

/**
 * The first archive in byte order next to the description, otherwise in the prepared root tree; undefined if there is none. Throws
 * {@link InvalidInputError} `live.no-directory` for one in a root tree that is not a directory.
 */
export async function findCdroot(
  descriptionPath: string,
  root: FileTree,
  rootDirectory: string | undefined,
): Promise<string | undefined> {
  const places = [
    dirname(resolve(descriptionPath)),
    ...(rootDirectory === undefined ? [] : [join(rootDirectory, 'image')]),
  ];
  for (const place of places) {
    const names = await readdir(place).catch(() => []);
    const [first] = names.filter((name) => name.startsWith(START)).sort(compareBytes);
    if (first !== undefined) return join(place, first);
  }
  const [within] = rootDirectory === undefined ? glob(root, `/image/${START}*`) : [];
  if (within) {
    throw new InvalidInputError(
      'live.no-directory',
      `/${displayText(within.path)} of the root tree cannot be unpacked: the tree is not a directory.`,
      {
        hint: 'Put it next to the description.',
      },
    );
  }
  return undefined;
}

/**
 * The archive as a tree for the medium: everything is owned by root and readable by all. A compressed archive is unpacked to
 * `spool`. Throws {@link InvalidInputError} `live.cdroot` for device files and for links that lead out.
 */
export async function readCdroot(path: string, spool: string, run: Run): Promise<FileTree> {
  const tree = await scanTarball(fromText(path), { spool: fromText(spool), limit: LIMIT }, run);
  for (const { path: name, node } of walk(tree)) checkEntry(path, name, node);
  return mapNodes(tree, (node) => {
    const owner = { uid: 0, gid: 0, xattrs: [], mtime: timestamp(node.mtime.seconds) };
    if (node.kind === 'directory') return directory<ExactContent>({ ...owner, mode: 0o755 }, node.entries);
    return node.kind === 'file' ? { ...node, ...owner, mode: (node.mode & 0o777) | 0o444 } : { ...node, ...owner };
  });
}

function checkEntry(archive: string, name: ByteString, node: Node): void {
  if (node.kind === 'directory' || node.kind === 'file') return;
  if (node.kind === 'symlink' && staysInside(name, node.target)) return;
  const shown = displayText(name);
  const what = node.kind === 'symlink' ? `is a link that leads out of the medium` : `is a ${node.kind}`;
  throw new InvalidInputError('live.cdroot', `"${shown}" in ${archive} ${what}.`, {
    path: archive,
    hint: 'A medium holds files, directories, and links between them.',
  });
}

/** Whether a relative link target, followed name by name, stays inside the tree. */
function staysInside(name: ByteString, target: ByteString): boolean {
  if (target.startsWith('/')) return false;
  let depth = name.split('/').length - 1;
  for (const part of target.split('/')) {
    if (part === '..') depth--;
    else if (part !== '' && part !== '.') depth++;
    if (depth < 0) return false;
  }
  return true;
}
