// Owners and capabilities of a package's files: the header names them, and the payload does not have them.

import { type ByteString, fromText } from '../../bytes/index.js';
import { InvalidImageError } from '../../errors.js';
import { type FileTree, mapNodes, type Node } from '../../tree/index.js';
import { capabilityXattr } from './capabilities.js';
import { type RpmHeader, readRpmHeader } from './header.js';

/** A file according to the header. */
export interface RpmFile {
  /** Without a slash at its start. */
  readonly path: ByteString;
  readonly user: string;
  readonly group: string;
  /** As cap_from_text(3) reads them; empty if it has none. */
  readonly capabilities: string;
}

/** The only owner whose number is known without the user database of a system. */
const ROOT = 'root';
const [SETUID, SETGID] = [0o4000, 0o2000];
const MOST_NAMES = 10;

/** The files of a metadata header. Throws {@link InvalidImageError} for a damaged one. */
export function readRpmFiles(header: Uint8Array): readonly RpmFile[] {
  const read = readRpmHeader(header);
  const [names, users, groups] = [read.texts('baseNames'), read.texts('fileUsers'), read.texts('fileGroups')];
  const capabilities = read.texts('fileCapabilities');
  const directories = directoriesOf(read);
  return names.map((name, index) => ({
    path: fromText(`${directories[index] ?? outside()}${name}`.replace(/^\/+/, '')),
    user: users[index] ?? ROOT,
    group: groups[index] ?? ROOT,
    capabilities: capabilities[index] ?? '',
  }));
}

function directoriesOf(header: RpmHeader): readonly (string | undefined)[] {
  const names = header.texts('directoryNames');
  return header.numbers('directoryIndexes').map((index) => names[index]);
}

function outside(): never {
  throw new InvalidImageError('rpm.header', 'A header of an RPM package is damaged: a file has no directory.');
}

/**
 * The files of a payload with the owners and capabilities that the header states. Owners other than root are names without a number: as rpm does
 * on a system without such users, root gets their files, which lose setuid or setgid, and a note says so.
 */
export function withStatedOwners(tree: FileTree, files: readonly RpmFile[], note: (text: string) => void): FileTree {
  const stated = new Map<Node, RpmFile>();
  for (const each of files) {
    const node = tree.get(each.path);
    if (node) stated.set(node, each);
  }
  const unknown = new Set<string>();
  const unread = new Set<string>();
  const changed = mapNodes(tree, (node, before) => {
    const file = stated.get(before);
    if (!file) return node;
    for (const name of [file.user, file.group]) if (name !== ROOT) unknown.add(name);
    const set = (file.user === ROOT ? 0 : SETUID) | (file.group === ROOT ? 0 : SETGID);
    const attribute = file.capabilities === '' ? undefined : capabilityXattr(file.capabilities);
    if (file.capabilities !== '' && !attribute) unread.add(file.capabilities);
    return {
      ...node,
      uid: 0,
      gid: 0,
      mode: node.mode & ~set,
      ...(attribute ? { xattrs: [...node.xattrs, attribute] } : {}),
    };
  });
  if (unknown.size > 0)
    note(
      `The package names owners without their numbers, and root gets their files, without setuid and setgid: ${listed(unknown)}.`,
    );
  if (unread.size > 0) note(`The package has capabilities that are not understood, and left out: ${listed(unread)}.`);
  return changed;
}

function listed(names: ReadonlySet<string>): string {
  const shown = [...names].slice(0, MOST_NAMES).map((name) => JSON.stringify(name).slice(1, -1));
  return `${shown.join(', ')}${names.size > MOST_NAMES ? ' …' : ''}`;
}
