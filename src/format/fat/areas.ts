// Where the structures of a volume are: its boot sectors, its tables, the fixed root directory.

import type { Source } from '../../io/index.js';
import type { FormatArea } from '../../tree/index.js';
import { findVolume } from './read.js';

/** The structures as the boot sector places them; none of any other image. */
export async function fatAreas(image: Source): Promise<FormatArea[]> {
  const found = await findVolume(image);
  if (!found) return [];
  const { tableAt, tableSize, root, dataAt } = found.areas;
  const fixed = typeof root === 'number' ? undefined : root;
  const tablesEnd = fixed?.at ?? dataAt;
  const areas: FormatArea[] = [{ at: 0, length: tableAt, kind: 'head', name: 'boot sector' }];
  for (let at = tableAt; at + tableSize <= tablesEnd; at += tableSize) {
    areas.push({ at, length: tableSize, kind: 'index', name: 'allocation table' });
  }
  if (fixed) areas.push({ ...fixed, kind: 'index', name: 'root directory' });
  return areas;
}
