// How owners are restored, from the options, and from the subordinate numbers that the system has set aside for this user.

import { readFileSync } from 'node:fs';
import { userInfo } from 'node:os';
import { InvalidInputError } from '../errors.js';
import {
  type FileTree,
  type IdMap,
  mergedIdMaps,
  type OwnerRules,
  subordinateMap,
  subordinateRanges,
} from '../tree/index.js';
import type { WriterOptions } from './writer-options.js';

/** The rules for a tree. Throws {@link InvalidInputError} if this user has no subordinate numbers, and they are asked for. */
export function ownerRules(
  { idMap, storedOwners }: Pick<WriterOptions, 'idMap' | 'storedOwners'>,
  tree: FileTree,
): OwnerRules {
  const stored = storedOwners ?? false;
  if (idMap.length === 0) return { stored };
  return { stored, map: mergedIdMaps(idMap.map((map) => (map === 'auto' ? mapOfUser(tree) : map))) };
}

function mapOfUser({ root }: FileTree): IdMap {
  const { username: name, uid, gid } = userInfo();
  const ranges = (path: string) => {
    const found = subordinateRanges(textOf(path), { name, id: uid });
    if (found.length > 0) return found;
    throw new InvalidInputError('cli.no-subordinate-ids', `${path} has no range for ${name}.`, {
      path,
      hint: 'Give the ranges as u:CONTAINER:HOST:COUNT and g:CONTAINER:HOST:COUNT.',
    });
  };
  return {
    users: subordinateMap(uid, root.uid, ranges('/etc/subuid')),
    groups: subordinateMap(gid, root.gid, ranges('/etc/subgid')),
  };
}

function textOf(path: string): string {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    // A missing file has no ranges.
    return '';
  }
}
