// `SRC:DEST`: a file or directory here, and its place in an image.

import { statSync } from 'node:fs';
import type { ByteString } from '../bytes/index.js';
import { UsageError } from '../errors.js';
import { pathBuffer } from '../io/index.js';
import { argumentBytes, shownArgument } from './argument-bytes.js';

export interface GivenFile {
  readonly path: ByteString;
  /** Path in the image; a slash at its end says that it is a directory. */
  readonly to: ByteString | undefined;
}

/** Divides the value of an option at its last colon; a name that is there as a whole has none. `needs` names an option that requires DEST. */
export function givenFile(text: string, needs?: string): GivenFile {
  const whole = argumentBytes(text);
  const colon = whole.lastIndexOf(':');
  const isWhole = needs === undefined && (colon < 0 || exists(whole));
  if (isWhole) return { path: whole, to: undefined };
  const [path, to] = [whole.slice(0, colon), whole.slice(colon + 1)] as [ByteString, ByteString];
  if (colon > 0 && to !== '') return { path, to };
  const message = `"${shownArgument(text)}" does not say which file of the image is meant.`;
  throw new UsageError('edit.no-destination', message, {
    option: needs ?? 'add',
    hint: 'Give SRC:DEST, such as logo.png:/boot/grub/logo.png.',
  });
}

/** Whether a path leads to a directory. */
export function isDirectoryHere(path: ByteString): boolean {
  return statSync(pathBuffer(path), { throwIfNoEntry: false })?.isDirectory() ?? false;
}

function exists(path: ByteString): boolean {
  return statSync(pathBuffer(path), { throwIfNoEntry: false }) !== undefined;
}
