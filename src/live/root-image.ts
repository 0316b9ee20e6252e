// The root image: the root tree without what does not belong on a medium and with what the builder adds, as ext4 inside
// a squashfs, or as a squashfs itself.

import { bytesOf, fromText } from '../bytes/index.js';
import { planExt4 } from '../format/ext4/index.js';
import { findEqualTails, planSquashfs } from '../format/squashfs/index.js';
import { bytesSource, EMPTY, type ExactContent, type OpenContent, type Run } from '../io/index.js';
import { exclude, FileTree, file, type Loss, type Node, overlay, shareDuplicates, walk } from '../tree/index.js';
import type { RootSize } from './description/index.js';
import type { Project } from './project.js';
import { labelled } from './selinux/index.js';

/** What KIWI leaves out of every live root. */
const NEVER = ['/image', '/.kconfig', '/run/*', '/tmp/*', '/.buildenv', '/var/cache/kiwi'];
const MIB = 1024 * 1024;
const INODE_SIZE = 256;
const DIRECTORY_SIZE = 4096;

export interface RootImage {
  readonly content: OpenContent;
  readonly losses: readonly Loss[];
  /** Bytes of the file system inside; undefined when the squashfs is the root itself. */
  readonly fileSystemSize: number | undefined;
}

/** Plans `LiveOS/squashfs.img`. */
export async function planRootImage(
  project: Project,
  profile: string,
  excluded: readonly string[],
  run: Run,
): Promise<RootImage> {
  const { compression, blockSize, epoch, seed, description, rootFileSystem } = project;
  const tree = liveRoot(project, profile, excluded);
  const squashfs = { compression, blockSize, epoch };
  if (!rootFileSystem) {
    const choices = { ...project.squashfs, ...squashfs, duplicatesShared: true };
    const shared = await shareDuplicates(tree, run);
    const direct = planSquashfs(shared, { ...choices, equalTails: await findEqualTails(shared, choices, run) });
    return { content: direct, losses: direct.layout.losses, fileSystemSize: undefined };
  }
  const size = rootSize(project.root, description.size);
  const inner = planExt4(tree, { ...rootFileSystem.options, size, epoch, seed });
  const wrapper = FileTree.of<ExactContent>({ 'LiveOS/rootfs.img': file(inner, { mtime: epoch }) }, { mtime: epoch });
  const outer = planSquashfs(wrapper, squashfs);
  return { content: outer, losses: [...inner.layout.losses, ...outer.layout.losses], fileSystemSize: size };
}

/** The tree that the live system will see. The user's tree stays as it is; differences are laid over it. */
function liveRoot(project: Project, profile: string, excluded: readonly string[]): FileTree {
  const made = { mtime: project.epoch };
  const additions: Record<string, Node> = {};
  // An id of its own for every machine that boots the medium: an empty file asks systemd to make one.
  const machineId = project.root.get('etc/machine-id');
  if (machineId?.kind === 'file' && !isUninitialized(machineId.content)) {
    additions['etc/machine-id'] = { ...machineId, content: EMPTY };
  }
  const { keepsProfile } = project.description.generation;
  if (keepsProfile) additions['.profile'] = file(bytesSource(bytesOf(fromText(profile))), made);
  const listed = project.excluded.root.map((pattern) => `/${pattern}`);
  const patterns = [...NEVER, ...(keepsProfile ? [] : ['/.profile']), ...listed, ...excluded];
  const tree = overlay(exclude(project.root, patterns), FileTree.of(additions));
  return project.selinux ? labelled(tree, project.selinux) : tree;
}

function isUninitialized(content: ExactContent): boolean {
  const text = Buffer.from(content.bytes?.() ?? []).toString('latin1');
  return text.trim() === 'uninitialized';
}

/**
 * Bytes of the root file system, by KIWI's rule: half as much again as the content, two inodes per entry, in whole MiB.
 */
export function rootSize(root: FileTree, asked: RootSize | undefined): number {
  if (asked && !asked.additive) return asked.mebibytes * MIB;
  const { bytes, entries } = measure(root);
  const needed = Math.floor(Math.floor(bytes / MIB) * 1.5 + (2 * entries * INODE_SIZE) / MIB);
  return Math.max(1, needed + (asked?.mebibytes ?? 0)) * MIB;
}

/** As `du --apparent-size` and `find` count: hard links once, without what is below /proc, /sys and /dev. */
function measure(root: FileTree): { bytes: number; entries: number } {
  const seen = new Set<Node>();
  let bytes = 0;
  let entries = 0;
  for (const { path, node } of walk(root)) {
    entries++;
    if (/^(proc|sys|dev)(\/|$)/.test(path) || seen.has(node)) continue;
    if (node.kind === 'directory') bytes += DIRECTORY_SIZE;
    else seen.add(node);
    if (node.kind === 'file') bytes += node.content.size;
    if (node.kind === 'symlink') bytes += node.target.length;
  }
  return { bytes, entries };
}
