// Changes a few bytes of an existing image, as tagging does. Everything else writes new images.

import { open } from 'node:fs/promises';
import { type ByteString, displayText } from '../bytes/index.js';
import { TargetError } from '../errors.js';
import { refuseUnfinished } from './change-file.js';
import { pathBuffer } from './host-path.js';
import type { Patch } from './seal.js';

/** Overwrites bytes of an existing file and waits until they are on the medium. Throws {@link TargetError}. */
export async function patchFile(path: ByteString, patches: readonly Patch[]): Promise<void> {
  // Recovery would write older bytes over these.
  await refuseUnfinished(path);
  const shown = displayText(path);
  try {
    const file = await open(pathBuffer(path), 'r+');
    try {
      for (const { at, bytes } of patches) await file.write(bytes, 0, bytes.length, at);
      await file.sync();
    } finally {
      await file.close();
    }
  } catch (error) {
    throw new TargetError('target.not-writable', `${shown} cannot be changed: ${(error as Error).message}.`, {
      path: shown,
      cause: error,
    });
  }
}
