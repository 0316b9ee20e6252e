// The distribution of a root tree, according to os-release(5).

import type { Run } from '../../io/index.js';
import type { FileTree } from '../../tree/index.js';
import { textAt } from '../packages/index.js';

/** Fields of os-release(5), where the tree has them. */
export interface Distribution {
  /** `debian`. */
  readonly id?: string;
  /** `12`. */
  readonly versionId?: string;
  /** `Debian GNU/Linux`. */
  readonly name?: string;
}

const PLACES = ['/etc/os-release', '/usr/lib/os-release'];
const ASSIGNMENT = /^([A-Z_]+)=(?:"((?:[^"\\]|\\.)*)"|'([^']*)'|(\S*))\s*$/;

export async function distributionOf(root: FileTree, run: Run): Promise<Distribution> {
  for (const place of PLACES) {
    const text = await textAt(root, place, run);
    if (text !== undefined) return readOsRelease(text);
  }
  return {};
}

/** Reads the text of os-release, whose values may be quoted as in a shell. */
export function readOsRelease(text: string): Distribution {
  const fields = new Map<string, string>();
  for (const line of text.split('\n')) {
    const [, name, double, single, plain] = ASSIGNMENT.exec(line) ?? [];
    if (name !== undefined) fields.set(name, double?.replace(/\\(.)/g, '$1') ?? single ?? plain ?? '');
  }
  const [id, versionId, name] = ['ID', 'VERSION_ID', 'NAME'].map((field) => fields.get(field) || undefined);
  return { ...(id && { id }), ...(versionId && { versionId }), ...(name && { name }) };
}
