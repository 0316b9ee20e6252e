// A directory of the running system held open, so that nothing that happens to its path meanwhile leads anywhere else.

import { closeSync, constants, fstatSync, openSync, statSync } from 'node:fs';
import type { ByteString } from '../bytes/index.js';
import { pathBuffer, replaced } from './host-path.js';
import { ANY_FILE, identityOf } from './open-file.js';
import type { FileIdentity } from './range-list.js';

export interface HeldDirectory {
  /** The path by which it is known. */
  readonly path: ByteString;
  /** A path that leads to it even after it is moved; on systems without /proc the path with which it was opened. */
  readonly at: ByteString;
  readonly identity: FileIdentity;
  close(): void;
}

export interface HoldOptions {
  /** The directory that it has to be. */
  readonly found?: FileIdentity;
  /** Whether the path may be a symbolic link, because a user named it. Default false. */
  readonly follow?: boolean;
  /** The path by which it is opened, if not `path`. */
  readonly at?: ByteString;
}

/** Opens a directory. Throws the system's error, ELOOP or ENOTDIR for a symbolic link, and `source.changed` for another directory. */
export function holdDirectory(path: ByteString, options: HoldOptions = {}): HeldDirectory {
  const { found = ANY_FILE, follow = false, at = path } = options;
  const flags = constants.O_RDONLY | constants.O_DIRECTORY | (follow ? 0 : constants.O_NOFOLLOW);
  const fd = openSync(pathBuffer(at), flags);
  const identity = identityOf(fstatSync(fd));
  if (found.inode >= 0 && !equal(identity, found)) {
    closeSync(fd);
    throw replaced(path);
  }
  const held = `/proc/self/fd/${fd}` as ByteString;
  return { path, at: leadsTo(held, identity) ? held : at, identity, close: () => closeSync(fd) };
}

/** Whether paths of open files lead to them, as on systems with /proc; undefined before the first look. */
let isLeading: boolean | undefined;

function leadsTo(path: ByteString, identity: FileIdentity): boolean {
  isLeading ??= isAt(path, identity);
  return isLeading;
}

function isAt(path: ByteString, identity: FileIdentity): boolean {
  try {
    return equal(identityOf(statSync(pathBuffer(path))), identity);
  } catch {
    return false;
  }
}

function equal(a: FileIdentity, b: FileIdentity): boolean {
  return a.inode === b.inode && a.device === b.device;
}
