// A directory of the running system held open while entries are made in it, so that nothing that happens to its path
// meanwhile leads anywhere else.

import { closeSync, constants, fstatSync, openSync, statSync } from 'node:fs';
import type { ByteString } from '../bytes/index.js';
import { type FileIdentity, identityOf, pathBuffer } from '../io/index.js';

export interface HeldDirectory {
  /** The path under which it was opened. */
  readonly path: ByteString;
  /** A path that leads to it wherever it is moved; on systems without /proc the one under which it was opened. */
  readonly at: ByteString;
  readonly identity: FileIdentity;
  close(): void;
}

/** Opens a directory. Throws the system's error, ELOOP for a symbolic link. */
export function holdDirectory(path: ByteString, at: ByteString = path): HeldDirectory {
  const fd = openSync(pathBuffer(at), constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW);
  const identity = identityOf(fstatSync(fd));
  const held = `/proc/self/fd/${fd}` as ByteString;
  return { path, at: leadsTo(held, identity) ? held : at, identity, close: () => closeSync(fd) };
}

function leadsTo(path: ByteString, { device, inode }: FileIdentity): boolean {
  const found = statSync(pathBuffer(path), { throwIfNoEntry: false });
  return found !== undefined && found.dev === device && found.ino === inode;
}
