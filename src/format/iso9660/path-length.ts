// Lengths of paths (ECMA-119 §6.8.2.1, Joliet "Path Length"): the identifiers on the way with a separator each. No current
// reader has problems with longer ones; a strict volume has none.

import { InvalidInputError } from '../../errors.js';
import { joinPath } from '../../tree/index.js';
import type { Hierarchy } from './hierarchy.js';

/** Bytes of identifiers and separators; Joliet's 240 characters have two bytes each. */
const LONGEST = { primary: 255, joliet: 480 };
const SHOWN = { primary: 'ISO 9660', joliet: 'Joliet' };

/** Throws {@link InvalidInputError} `iso9660.path-too-long` for a path that the standard does not allow. */
export function refuseLongPaths(hierarchy: Hierarchy): void {
  const { kind, directories, entries } = hierarchy;
  const ahead: number[] = [];
  for (const [index, { identifier, parent, range }] of directories.entries()) {
    ahead[index] = index === 0 ? 0 : ahead[parent]! + identifier.length + 1;
    for (const entry of entries.of(range)) {
      const length = ahead[index] + entry.identifier.length;
      if (length <= LONGEST[kind]) continue;
      throw new InvalidInputError(
        'iso9660.path-too-long',
        `A path of ${length} bytes is longer than the ${LONGEST[kind]} of ${SHOWN[kind]}.`,
        { path: joinPath(pathOf(hierarchy, index), entry.name), hint: 'Choose shorter names, or do without "strict".' },
      );
    }
  }
}

/** The path of a directory by the names that it has in the tree. */
function pathOf(hierarchy: Hierarchy, index: number): string {
  const { node, parent } = hierarchy.directories[index]!;
  if (index === 0) return '';
  const siblings = [...hierarchy.entries.of(hierarchy.directories[parent]!.range)];
  return joinPath(pathOf(hierarchy, parent), siblings.find((entry) => entry.node === node)!.name);
}
