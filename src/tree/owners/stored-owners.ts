// Owners, modes and devices that rootless tools store in an attribute, because they may not set them on the file:
// user.containers.override_stat of containers/storage and fuse-overlayfs (`UID:GID:MODE` and the kind), and
// user.rootlesscontainers of umoci and others (https://rootlesscontaine.rs: a message of Protocol Buffers with user and group).

import { byteStringOf } from '../../bytes/index.js';
import { kindOfMode } from '../file-type.js';
import type { Node, SpecialKind } from '../node.js';

const OVERRIDE = 'user.containers.override_stat';
const ROOTLESS = 'user.rootlesscontainers';
/** Means that the owner of the file itself is used. */
const NO_ID = 0xffff_ffff;
const KINDS: Readonly<Record<string, SpecialKind>> = {
  pipe: 'fifo',
  socket: 'socket',
  block: 'block-device',
  char: 'character-device',
};

/** The values in an attribute; undefined values are those of the file itself. */
export interface StoredOwner {
  readonly uid: number | undefined;
  readonly gid: number | undefined;
  readonly mode: number | undefined;
  readonly device: { readonly kind: SpecialKind; readonly major: number; readonly minor: number } | undefined;
}

/** The stored values of an entry; undefined without an attribute, and for one that cannot be read. */
export function storedOwner({ xattrs }: Pick<Node, 'xattrs'>): StoredOwner | undefined {
  for (const { name, value } of xattrs) {
    if (name === OVERRIDE) return overrideIn(byteStringOf(value));
    if (name === ROOTLESS) return messageIn(value);
  }
  return undefined;
}

/** Whether an attribute stores owners. */
export function isOwnerAttribute(name: string): boolean {
  return name === OVERRIDE || name === ROOTLESS;
}

function overrideIn(text: string): StoredOwner | undefined {
  const match = /^(\d{1,10}):(\d{1,10}):([0-7]{1,7})(?::([a-z]+)(?:-(\d{1,10})-(\d{1,10}))?)?\0*$/.exec(text);
  if (!match) return undefined;
  const [uid, gid] = [Number(match[1]), Number(match[2])];
  if (uid > NO_ID || gid > NO_ID) return undefined;
  const bits = Number.parseInt(match[3]!, 8);
  const [kind = '', major, minor] = match.slice(4);
  const numbers = { major: Number(major ?? 0), minor: Number(minor ?? 0) };
  const named = KINDS[kind];
  // An older form has the type in the mode, and no device numbers.
  const other = bits > 0o7777 ? kindOfMode(bits) : undefined;
  const special = named ?? (other === 'fifo' || other === 'socket' ? other : undefined);
  return { uid, gid, mode: bits & 0o7777, device: special && { kind: special, ...numbers } };
}

/** Two fields, both numbers; a missing one is 0. */
function messageIn(value: Uint8Array): StoredOwner | undefined {
  const ids = [0, 0];
  for (let at = 0; at < value.length; ) {
    const field = value[at++];
    if (field !== 0x08 && field !== 0x10) return undefined;
    let id = 0;
    for (let scale = 1; ; scale *= 128) {
      const byte = value[at++];
      if (byte === undefined || scale > 2 ** 35) return undefined;
      id += (byte & 0x7f) * scale;
      if (byte < 0x80) break;
    }
    if (id > NO_ID) return undefined;
    ids[field === 0x08 ? 0 : 1] = id;
  }
  const [uid, gid] = ids.map((id) => (id === NO_ID ? undefined : id));
  return { uid, gid, mode: undefined, device: undefined };
}
