// config-cdroot.tar*: an archive beside the description whose content lies on the medium itself, outside the root image.

import { readdir } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { type ByteString, compareBytes, displayText, fromText, timestamp } from '../../bytes/index.js';
import { InvalidInputError } from '../../errors.js';
import type { ExactContent, Run } from '../../io/index.js';
import { scanTarball } from '../../source/index.js';
import { directory, type FileTree, glob, mapNodes, type Node, walk } from '../../tree/index.js';

const START = 'config-cdroot.tar';
/** Most bytes an archive unpacks to. */
const LIMIT = 16 * 1024 ** 3;

/**
 * The first archive in byte order beside the description, else of the prepared root tree; undefined without any. Throws
 * {@link InvalidInputError} `live.no-directory` for one in a root tree that is no directory.
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
      `/${displayText(within.path)} of the root tree cannot be unpacked: the tree is no directory.`,
      {
        hint: 'Put it beside the description.',
      },
    );
  }
  return undefined;
}

/**
 * The archive as a tree for the medium: everything belongs to root and can be read by all. `spool` is where a compressed
 * one is unpacked to. Throws {@link InvalidInputError} `live.cdroot` for device files and for links that lead out.
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

/** Whether a relative link target stays below the top when followed name by name. */
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
