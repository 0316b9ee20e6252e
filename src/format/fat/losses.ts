// Metadata that FAT cannot store, recorded while planning.

import { isDosTime, isWholeStep } from '../../bytes/index.js';
import { type FileTree, hardLinkCounts, type LossLog, type Node, walk } from '../../tree/index.js';

const LEFT_OUT: Readonly<Partial<Record<Node['kind'], string>>> = {
  symlink: 'Symbolic links are left out.',
  'block-device': 'Block devices are left out.',
  'character-device': 'Character devices are left out.',
  fifo: 'Named pipes are left out.',
  socket: 'Sockets are left out.',
};

/** Modes that equal those that every reader of FAT shows. */
const PLAIN_MODES: Readonly<Record<'directory' | 'file', readonly number[]>> = {
  directory: [0o755],
  file: [0o644, 0o755],
};

/** Records every entry that FAT drops or changes, by kind of loss. */
export function recordLosses(tree: FileTree, losses: LossLog): void {
  const links = hardLinkCounts(tree);
  for (const { node, path } of walk(tree)) {
    const leftOut = LEFT_OUT[node.kind];
    if (leftOut) {
      losses.add(`fat.${node.kind}`, leftOut, path);
      continue;
    }
    if (node.uid !== 0 || node.gid !== 0) losses.add('fat.owner', 'Owners are not stored.', path);
    if (!PLAIN_MODES[node.kind as 'directory' | 'file'].includes(node.mode)) {
      losses.add('fat.mode', 'Permissions are not stored.', path);
    }
    if (node.xattrs.length > 0) losses.add('fat.xattrs', 'Extended attributes are not stored.', path);
    if (links.has(node)) losses.add('fat.hard-links', 'Hard links become separate copies of the file.', path);
    recordTimeLoss(node, path, losses);
  }
}

function recordTimeLoss(node: Node, path: Parameters<LossLog['add']>[2], losses: LossLog): void {
  if (node.kind === 'directory' && node.implied) return;
  if (path === '') losses.add('fat.root-mtime', 'The root directory has no time.', path);
  else if (!isDosTime(node.mtime))
    losses.add('fat.mtime-range', 'Times outside 1980…2107 become the nearest in this range.', path);
  else if (!isWholeStep(node.mtime)) losses.add('fat.mtime-grain', 'Times are rounded down to two seconds.', path);
}
