// Metadata of a tree that the running system cannot keep, found before anything is made.

import { type FileTree, type Loss, LossLog, type Node, walk } from '../tree/index.js';
import { type MakeOptions, type MakerFeatures, SETUID_SETGID } from './entry-maker.js';

const MICROSECOND = 1000;

/** Only the superuser can set capabilities and `trusted` attributes. */
const FOR_SUPERUSER = /^(security\.capability$|trusted\.)/;

/** Losses by kind, as writers report those of their formats. */
export function extractLosses(tree: FileTree, features: MakerFeatures, options: MakeOptions): Loss[] {
  const log = new LossLog();
  if (losesNothing(features, options)) return log.list();
  for (const { path, node } of walk(tree)) {
    if (isKept(node, features, options)) continue;
    for (const [code, message] of lossesOf(node, features, options)) log.add(`extract.${code}`, message, path);
  }
  return log.list();
}

/** Whether nothing of any tree is lost: to the superuser with the native engine. */
export function losesNothing(features: MakerFeatures, { owners }: MakeOptions): boolean {
  return owners && features.nanoseconds && features.specials && features.xattrs;
}

/** Whether nothing of an entry can be lost, which is quickly seen for most entries of the superuser. */
function isKept(node: Node, { nanoseconds }: MakerFeatures, { owners }: MakeOptions): boolean {
  return owners && nanoseconds && node.xattrs.length === 0 && !isSpecial(node);
}

function* lossesOf(
  node: Node,
  features: MakerFeatures,
  options: MakeOptions,
): Generator<[code: string, message: string]> {
  if (isSpecial(node) && !canMake(node, features, options)) {
    yield ['special', 'Devices, pipes and sockets that this user or the portable engine cannot make are left out.'];
  }
  if (!options.owners && node.kind === 'file' && (node.mode & SETUID_SETGID) !== 0) {
    yield ['setuid', 'Files of another owner are extracted without setuid and setgid.'];
  }
  if (options.xattrs && !features.xattrs && node.xattrs.length > 0) {
    yield ['xattrs', 'The portable engine sets no extended attributes.'];
  }
  if (
    options.xattrs &&
    features.xattrs &&
    !options.owners &&
    node.xattrs.some(({ name }) => FOR_SUPERUSER.test(name))
  ) {
    yield ['superuser-xattrs', 'Capabilities and trusted attributes are left out: only the superuser can set them.'];
  }
  if (!features.nanoseconds && node.mtime.nanoseconds % MICROSECOND !== 0) {
    yield ['nanoseconds', 'The portable engine sets times to the microsecond.'];
  }
}

function isSpecial({ kind }: Node): boolean {
  return kind === 'fifo' || kind === 'socket' || kind.endsWith('device');
}

/** Whether a device, a pipe or a socket can be made: only the superuser makes devices. */
export function canMake({ kind }: Node, { specials }: MakerFeatures, { owners }: MakeOptions): boolean {
  if (kind === 'fifo' || kind === 'socket') return specials;
  return !kind.endsWith('device') || (specials && owners);
}

/** The attributes of an entry that can be set. */
export function settableXattrs({ xattrs }: Node, { owners }: MakeOptions): Node['xattrs'] {
  return owners ? xattrs : xattrs.filter(({ name }) => !FOR_SUPERUSER.test(name));
}
