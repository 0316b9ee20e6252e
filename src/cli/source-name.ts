// The name of a source with the part of it that is wanted, and the place in the tree where it goes: `SOURCE#DIR=>/PATH`.

import type { ByteString } from '../bytes/index.js';
import { hostKind } from '../io/index.js';
import { containerReference } from '../source/index.js';

/** A name, taken apart. */
export interface SourceName {
  readonly path: ByteString;
  /** The directory of it that is wanted; undefined for all. */
  readonly part: ByteString | undefined;
  /** The directory that it becomes; undefined for the root. */
  readonly into: ByteString | undefined;
}

/** Marks the place in the tree; a path follows. */
const PLACE = /=>(?=\/)/g;
/** Marks the part of the source; `/#` and `!#` are partitions of images. A directory in an image is part of its path already. */
const PART = /(?<![/!])#/g;

/** Takes a name apart. The longest name that `exists` counts, so that real names may hold `#` and `=>`. */
export function parseSourceName(text: ByteString, exists: (path: ByteString) => boolean = isThere): SourceName {
  const [rest, into] = exists(text) ? [text] : (cuts(text, PLACE, 2)[0] ?? [text]);
  const [path, part] = exists(rest) ? [rest] : (cuts(rest, PART, 1).find(([source]) => exists(source)) ?? [rest]);
  return { path, part, into };
}

/** Both sides of each mark, of the last one first. */
function cuts(text: ByteString, mark: RegExp, length: number): [ByteString, ByteString][] {
  return [...text.matchAll(mark)]
    .reverse()
    .map(({ index }) => [text.slice(0, index) as ByteString, text.slice(index + length) as ByteString]);
}

function isThere(path: ByteString): boolean {
  if (path === '-') return true;
  const container = containerReference(path);
  if (container?.transport === 'registry') return !/[#]|=>\//.test(path);
  if (container) return hostKind(container.path) !== undefined && !/[#]|=>\//.test(container.tag ?? '');
  return hostKind(path) !== undefined;
}
