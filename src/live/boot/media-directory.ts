// The boot files of a medium as a directory that a script may change, and back: all its changes count, except that
// entries are owned by root, readable by all, and not newer than the build.

import { chmod, link, lutimes, mkdir, open, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { type ByteString, bytesOf, compareTime, displayText, fromText, type Timestamp } from '../../bytes/index.js';
import { InvalidInputError, TargetError } from '../../errors.js';
import { asBytes, type ExactContent, pathBuffer, type Run } from '../../io/index.js';
import { scanDirectory } from '../../source/index.js';
import { directory, type File, FileTree, joinPath, type Node, walk } from '../../tree/index.js';

/** Writes the tree into a new directory. Hard links stay hard links. */
export async function writeDirectory(tree: FileTree, path: string, run: Run): Promise<void> {
  const top = fromText(path);
  const first = new Map<Node, ByteString>();
  const directories: { at: ByteString; node: Node }[] = [];
  try {
    for (const { path: name, node } of walk(tree)) {
      const at = name === '' ? top : joinPath(top, name);
      const known = first.get(node);
      if (known !== undefined) await link(pathBuffer(known), pathBuffer(at));
      else await writeNode(at, node, run);
      if (node.kind === 'directory') directories.push({ at, node });
      else first.set(node, at);
    }
    // Innermost first: a new entry changes the time of its directory.
    for (const { at, node } of directories.reverse()) await setTime(at, node.mtime);
  } catch (error) {
    if (!(error as NodeJS.ErrnoException).syscall) throw error;
    const message = `The files of the medium cannot be written to ${path}: ${(error as Error).message}.`;
    throw new TargetError('target.media-directory', message, { path, cause: error });
  }
}

async function writeNode(at: ByteString, node: Node, run: Run): Promise<void> {
  switch (node.kind) {
    case 'directory':
      // Its owner must be able to write into it, even if its mode on the medium forbids that.
      await mkdir(pathBuffer(at), { mode: 0o700 });
      // Set afterwards, because the umask of the user applies to a new directory.
      await chmod(pathBuffer(at), node.mode | 0o700);
      return;
    case 'symlink':
      await symlink(Buffer.from(bytesOf(node.target)), pathBuffer(at));
      await setTime(at, node.mtime);
      return;
    case 'file':
      await writeFile(at, node, run);
      return;
    default:
      throw specialEntry(at, node.kind);
  }
}

async function writeFile(at: ByteString, node: File<ExactContent>, run: Run): Promise<void> {
  const file = await open(pathBuffer(at), 'wx', node.mode | 0o600);
  try {
    for await (const piece of asBytes(node.content.pieces(run), run)) await file.writeFile(piece);
    await file.chmod(node.mode | 0o600);
  } finally {
    await file.close();
  }
  await setTime(at, node.mtime);
}

/** Whole seconds, as media keep them. As text, because Node.js takes a negative number for the present time. */
function setTime(at: ByteString, { seconds }: Timestamp): Promise<void> {
  return lutimes(pathBuffer(at), `${seconds}`, `${seconds}`);
}

/** The directory as a tree. Contents are read from the directory, which must stay until the medium is written. */
export async function readDirectory(path: string, epoch: Timestamp, run: Run): Promise<FileTree> {
  const found = await scanDirectory(fromText(path), { xattrs: false, run });
  const kept = new Map<Node, Node>();
  const keep = (node: Node, at: string): Node => {
    const known = kept.get(node);
    if (known) return known;
    const owner = { uid: 0, gid: 0, xattrs: [], mtime: compareTime(node.mtime, epoch) > 0 ? epoch : node.mtime };
    if (node.kind === 'directory') {
      const entries = [...node.entries].map(([name, child]) => [name, keep(child, joinPath(at, name))] as const);
      return directory<ExactContent>({ ...owner, mode: node.mode | 0o555 }, entries);
    }
    if (node.kind !== 'file' && node.kind !== 'symlink') throw specialEntry(at as ByteString, node.kind);
    const made = node.kind === 'file' ? { ...node, ...owner, mode: node.mode | 0o444 } : { ...node, ...owner };
    kept.set(node, made);
    return made;
  };
  return new FileTree(keep(found.root, '') as typeof found.root);
}

/** The directory with the medium's files. */
export function mediaDirectoryIn(workDirectory: string): string {
  return join(workDirectory, 'media');
}

function specialEntry(at: ByteString, kind: string): InvalidInputError {
  const path = displayText(at);
  const message = `"${path}" is a ${kind}; a medium holds files, directories and symbolic links.`;
  return new InvalidInputError('live.special-entry', message, { path });
}
