// A bill of materials: the packages of a root tree, independent of the format in which it is written.

import type { Run } from '../../io/index.js';
import { type PackageDatabase, wholeVersion } from '../packages/index.js';
import type { Distribution } from './distribution.js';
import { type ComponentFile, type FileRequest, filesAt } from './files.js';
import { packageUrl } from './package-url.js';

/** The system whose packages a bill lists. */
export interface BillSubject {
  readonly name: string;
  readonly version?: string;
  /** The image with the system. Default: none is named. */
  readonly image?: BillImage;
}

/** An image file, identified by its content. */
export interface BillImage {
  /** Name of the file, without directories. */
  readonly name: string;
  /** Hexadecimal. */
  readonly sha256: string;
}

/** The installed packages of a system. */
export interface BillOfMaterials {
  readonly subject: BillSubject;
  /** Seconds since 1970. */
  readonly epoch: number;
  /** Sorted by package URL; of equal ones, only one. */
  readonly components: readonly Component[];
}

/** An installed package. */
export interface Component {
  /** `pkg:deb/debian/libc6@2.36-9?arch=amd64`, unique in the bill. */
  readonly packageUrl: string;
  readonly name: string;
  /** As its package manager writes it, with epoch and release. */
  readonly version: string;
  /** The text of the database, which may or may not be an SPDX expression. */
  readonly license: string | undefined;
  /** Its files in the tree; undefined: they are not listed. */
  readonly files?: readonly ComponentFile[];
}

export interface BillRequest {
  readonly subject: BillSubject;
  readonly epoch: number;
  /** Undefined for a tree without a database: its bill is empty. */
  readonly database: PackageDatabase | undefined;
  readonly distribution: Distribution;
  /** Where files of packages are read for their digests; undefined: they are not listed. */
  readonly files?: FileRequest | undefined;
  note?(text: string): void;
}

/** The same bill with the image that holds the system. */
export function ofImage(bill: BillOfMaterials, image: BillImage): BillOfMaterials {
  return { ...bill, subject: { ...bill.subject, image } };
}

/** Lists the installed packages of a database. */
export async function billOfMaterials(request: BillRequest, run: Run): Promise<BillOfMaterials> {
  const { subject, epoch, database, distribution, files, note } = request;
  const found = new Map<string, Component>();
  const lists = files && (await database?.files?.(run));
  if (files && database && !lists)
    note?.('The bill of materials lists no files: the package database has no list that is read.');
  for (const [index, each] of ((await database?.packages(run)) ?? []).entries()) {
    if (each.removed) continue;
    const url = packageUrl(database!.kind, each, distribution);
    const { name, license } = each;
    const listed = files && lists ? { files: await filesAt(files, lists[index] ?? [], run) } : {};
    found.set(url, { packageUrl: url, name, version: wholeVersion(each), license, ...listed });
  }
  const components = [...found.values()].sort((a, b) => (a.packageUrl < b.packageUrl ? -1 : 1));
  return { subject, epoch, components };
}
