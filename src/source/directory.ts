// Scans a directory of the running system into a tree: exact metadata, hard links as shared nodes, holes, extended attributes.

import { type ByteString, displayText } from '../bytes/index.js';
import { InvalidInputError } from '../errors.js';
import { sourceError } from '../io/index.js';
import { chooseNative, type NativeState } from '../native/index.js';
import { FileTree, type Node } from '../tree/index.js';
import type { EntryReader } from './entries.js';
import { NativeEntryReader } from './native-reader.js';
import { PortableEntryReader } from './portable-reader.js';
import { Scan, type ScanOptions } from './scan.js';
import { choosePortableXattrs, noXattrs } from './xattrs.js';

/**
 * Reads the metadata of everything below `path` (a directory, or a symbolic link to one); contents are read when the
 * tree is packed. Nothing depends on the order in which the file system lists names. Throws {@link SourceError} for
 * an entry that cannot be read, `source.changed` for one that vanishes meanwhile.
 */
export async function scanDirectory(path: ByteString, options: ScanOptions = {}): Promise<FileTree> {
  if (path === '' || path.includes('\0')) {
    throw new InvalidInputError('source.bad-path', `"${displayText(path)}" is not the path of a directory.`);
  }
  const native = chooseNative(options.engine ?? 'auto');
  const reader = await chooseReader(native, options.xattrs !== false);
  const tree = new FileTree(await new Scan(native.addon, reader, options).top(path));
  for (const { text, lost } of reader.notes()) options.note?.(text, lost);
  return tree;
}

/**
 * Scans a single entry; a directory without its entries. A symbolic link is not followed. Throws as {@link scanDirectory}.
 */
export async function scanEntry(path: ByteString, options: ScanOptions = {}): Promise<Node> {
  const slash = path.lastIndexOf('/');
  const name = path.slice(slash + 1) as ByteString;
  const native = chooseNative(options.engine ?? 'auto');
  const reader = await chooseReader(native, options.xattrs !== false);
  const scan = new Scan(native.addon, reader, options, name);
  const directory = await scan.top((slash < 0 ? '.' : path.slice(0, slash + 1)) as ByteString);
  for (const { text, lost } of reader.notes()) options.note?.(text, lost);
  const node = directory.entries.get(name);
  if (!node) throw sourceError(path, Object.assign(new Error('no such entry'), { code: 'ENOENT' }));
  return node;
}

async function chooseReader({ addon, reason }: NativeState, xattrs: boolean): Promise<EntryReader> {
  if (addon) return new NativeEntryReader(addon, xattrs);
  return new PortableEntryReader(xattrs ? await choosePortableXattrs(reason) : noXattrs);
}
