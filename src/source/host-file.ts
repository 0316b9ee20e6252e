// Opens a single file of the running system that a manifest names.

import { statSync } from 'node:fs';
import { type ByteString, displayText, fromNanoseconds } from '../bytes/index.js';
import { SourceError } from '../errors.js';
import { fileContent, identityOf, namedPlace, pathBuffer, sourceError } from '../io/index.js';
import type { HostFile } from '../tree/index.js';

const PERMISSIONS = 0o7777;

/** The regular file at `path`, or where symbolic links lead. Throws {@link SourceError} for anything else. */
export function openHostFile(path: ByteString): HostFile {
  try {
    const stat = statSync(pathBuffer(path), { bigint: true });
    if (!stat.isFile()) {
      const shown = displayText(path);
      throw new SourceError('source.not-a-file', `${shown} is not a regular file.`, { path: shown });
    }
    return {
      content: fileContent(namedPlace(path, identityOf(stat)), Number(stat.size)),
      mode: Number(stat.mode) & PERMISSIONS,
      uid: Number(stat.uid),
      gid: Number(stat.gid),
      mtime: fromNanoseconds(stat.mtimeNs),
    };
  } catch (error) {
    throw sourceError(path, error);
  }
}
