// Extended attributes: those of several inodes are stored once in a shared area, the others after their inodes.

import { type ByteString, byteStringOf, displayText } from '../../bytes/index.js';
import { InvalidInputError } from '../../errors.js';
import { joinPath, type LossLog, type Node, type Xattr } from '../../tree/index.js';
import type { PlannedInodes } from './plan-inodes.js';
import { XATTR_UNIT } from './superblock.js';
import { putXattr, splitXattrName, xattrHead, xattrSize } from './xattr.js';

export interface PlannedXattrs {
  /** The data after the inode of a node: head, numbers of shared attributes, attributes. Empty for nodes without attributes. */
  areaOf(node: Node): Uint8Array;
  /** The area of shared attributes. */
  readonly shared: Uint8Array;
}

const NONE = new Uint8Array(0);
/** The fields of an inode and of an attribute have 16 bits, the count of shared attributes 8. */
const MAX_AREA = xattrHead.size + (0xffff - 1) * XATTR_UNIT;
const MAX_VALUE = 0xffff;
const MAX_SHARED = 0xff;
/** Size of a reference to a shared attribute. */
const REFERENCE = 4;

/** The attributes of a list that the format can store. */
interface Kept {
  readonly prefix: number;
  readonly suffix: ByteString;
  readonly value: Uint8Array;
  readonly key: string;
}

/** Lays out the attributes of all inodes; those that the format cannot store go to `losses`. `least` inodes share an attribute. */
export function planXattrs(inodes: PlannedInodes, least: number, losses: LossLog): PlannedXattrs {
  const lists = new Map<readonly Xattr[], { kept: readonly Kept[]; users: number }>();
  const paths = new Map<readonly Xattr[], ByteString>();
  const seen = new Set<Node>();
  for (const { node, path } of nodesWithXattrs(inodes)) {
    if (seen.has(node)) continue;
    if (node.kind !== 'directory' && inodes.linked.has(node)) seen.add(node);
    noteLosses(node.xattrs, path, losses);
    const list = lists.get(node.xattrs);
    if (list) list.users++;
    else {
      lists.set(node.xattrs, { kept: node.xattrs.flatMap(kept), users: 1 });
      paths.set(node.xattrs, path);
    }
  }
  const { places, shared } = shareCommon([...lists.values()], least);
  const areas = new Map<readonly Xattr[], Uint8Array>();
  const known = new Map<string, Uint8Array>();
  for (const [xattrs, list] of lists) {
    const identity = list.kept.map(({ key }) => `${key.length}:${key}`).join('');
    const area = known.get(identity) ?? renderArea(list.kept, places, paths.get(xattrs)!);
    known.set(identity, area);
    areas.set(xattrs, area);
  }
  return { shared, areaOf: ({ xattrs }) => (xattrs.length === 0 ? NONE : areas.get(xattrs)!) };
}

function kept({ name, value }: Xattr): Kept[] {
  const split = splitXattrName(name);
  if (!split || value.length > MAX_VALUE) return [];
  return [{ ...split, value, key: `${name}\0${byteStringOf(value)}` }];
}

/** The attributes of at least `least` inodes, in the order in which they appear, and their places. */
function shareCommon(lists: readonly { kept: readonly Kept[]; users: number }[], least: number) {
  const users = new Map<string, { count: number; readonly attribute: Kept }>();
  for (const list of lists) {
    for (const attribute of list.kept) {
      const known = users.get(attribute.key);
      if (known) known.count += list.users;
      else users.set(attribute.key, { count: list.users, attribute });
    }
  }
  const places = new Map<string, number>();
  let size = 0;
  const common = [...users.values()].filter(
    ({ count, attribute }) => count >= least && sizeOf(attribute) * (count - 1) > REFERENCE * count,
  );
  for (const { attribute } of common) {
    places.set(attribute.key, size / XATTR_UNIT);
    size += sizeOf(attribute);
  }
  const shared = new Uint8Array(size);
  let at = 0;
  for (const { attribute } of common) at = put(attribute, shared, at);
  return { places, shared };
}

function sizeOf({ suffix, value }: Kept): number {
  return xattrSize(suffix.length, value.length);
}

function put({ prefix, suffix, value }: Kept, bytes: Uint8Array, at: number): number {
  return putXattr(prefix, suffix, value, bytes, at);
}

function renderArea(attributes: readonly Kept[], places: ReadonlyMap<string, number>, path: ByteString): Uint8Array {
  if (attributes.length === 0) return NONE;
  const shared = attributes.filter(({ key }) => places.has(key)).slice(0, MAX_SHARED);
  const inline = attributes.filter((attribute) => !shared.includes(attribute));
  const size = xattrHead.size + shared.length * REFERENCE + inline.reduce((sum, one) => sum + sizeOf(one), 0);
  if (size > MAX_AREA) {
    const shown = `/${displayText(path)}`;
    const message = `The extended attributes of ${shown} take ${size} bytes; ${MAX_AREA} are possible.`;
    throw new InvalidInputError('erofs.xattrs-too-large', message, { path: shown });
  }
  const bytes = new Uint8Array(size);
  const view = new DataView(bytes.buffer);
  xattrHead.encodeThrough({ nameFilter: 0, sharedCount: shared.length }, view, 0);
  let at = xattrHead.size;
  for (const { key } of shared) {
    view.setUint32(at, places.get(key)!, true);
    at += REFERENCE;
  }
  for (const attribute of inline) at = put(attribute, bytes, at);
  return bytes;
}

function* nodesWithXattrs(inodes: PlannedInodes): Generator<{ node: Node; path: ByteString }> {
  for (const dir of inodes.directories) {
    if (dir.node.xattrs.length > 0) yield { node: dir.node, path: dir.path };
    for (const [name, node] of dir.node.entries) {
      if (node.kind !== 'directory' && node.xattrs.length > 0) yield { node, path: joinPath(dir.path, name) };
    }
  }
}

function noteLosses(xattrs: readonly Xattr[], path: ByteString, losses: LossLog): void {
  for (const { name, value } of xattrs) {
    if (!splitXattrName(name)) {
      losses.add(
        'erofs.xattr-namespace',
        'Extended attributes outside user, trusted, security and access control lists are left out.',
        path,
      );
    } else if (value.length > MAX_VALUE) {
      losses.add('erofs.xattr-size', `Extended attributes of more than ${MAX_VALUE} bytes are left out.`, path);
    }
  }
}
