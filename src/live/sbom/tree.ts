// The bill of any root tree.

import type { Run } from '../../io/index.js';
import type { FileTree } from '../../tree/index.js';
import { openPackageDatabase } from '../packages/index.js';
import { type BillImage, type BillOfMaterials, type BillSubject, billOfMaterials } from './bill.js';
import { distributionOf } from './distribution.js';

export interface TreeBillOptions {
  /** Seconds since 1970, the time of the bill. */
  readonly epoch: number;
  /** Default: the distribution, according to os-release(5). */
  readonly subject?: BillSubject;
  /** The image with the tree. Default: that of the subject. */
  readonly image?: BillImage;
  /** Whether each package is listed with its files and their digests, for which they are all read. Default false. */
  readonly files?: boolean;
  /** The directory that the tree was scanned from, for older RPM databases, which only this machine's rpm can read. */
  readonly rootDirectory?: string;
  /** Called with a sentence about a database that could not be read. */
  readonly note?: (text: string) => void;
}

/** The bill of a root tree; undefined if it has no package database. */
export async function billOfTree(
  root: FileTree,
  options: TreeBillOptions,
  run: Run,
): Promise<BillOfMaterials | undefined> {
  const { epoch, rootDirectory, image, files, note = () => {} } = options;
  const database = await openPackageDatabase({ root, rootDirectory, packageManager: undefined, note }, run);
  if (!database) return undefined;
  const distribution = await distributionOf(root, run);
  const { name = distribution.id ?? 'root tree', versionId } = distribution;
  const subject = options.subject ?? { name, ...(versionId ? { version: versionId } : {}) };
  const named = image ? { ...subject, image } : subject;
  const listing = files ? { files: { root } } : {};
  return billOfMaterials({ subject: named, epoch, database, distribution, note, ...listing }, run);
}
