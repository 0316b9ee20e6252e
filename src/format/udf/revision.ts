// Differences between the revisions of UDF, and the entity identifiers that name a revision (UDF 2.1.5).

import type { EntityId } from './fields.js';

/** A revision of UDF that can be written. */
export type UdfRevision = '1.02' | '1.50' | '2.01' | '2.60';

export interface RevisionFacts {
  /** As descriptors store it: 0x0102. */
  readonly code: number;
  /** Least revision that a reader has to know. */
  readonly readCode: number;
  /** Version of descriptor tags. */
  readonly tagVersion: 2 | 3;
  /** Standard identifier in the volume recognition sequence. */
  readonly nsr: 'NSR02' | 'NSR03';
  /** From 2.50 on, descriptors of files are in a metadata partition (UDF 2.50 2.2.10). */
  readonly metadataPartition: boolean;
}

export const REVISIONS: Readonly<Record<UdfRevision, RevisionFacts>> = {
  '1.02': { code: 0x102, readCode: 0x102, tagVersion: 2, nsr: 'NSR02', metadataPartition: false },
  '1.50': { code: 0x150, readCode: 0x150, tagVersion: 2, nsr: 'NSR02', metadataPartition: false },
  '2.01': { code: 0x201, readCode: 0x201, tagVersion: 3, nsr: 'NSR03', metadataPartition: false },
  '2.60': { code: 0x260, readCode: 0x250, tagVersion: 3, nsr: 'NSR03', metadataPartition: true },
};

/** Hard and soft write protection. */
const WRITE_PROTECTED = 0x03;

/** The writer of the volume. */
export const IMPLEMENTATION: EntityId = { id: '*isopress', suffix: [] };

/** States that the volume keeps to the rules of this revision, and that nobody is to write to it. */
export function domainId({ code }: RevisionFacts): EntityId {
  return { id: '*OSTA UDF Compliant', suffix: [code & 0xff, code >> 8, WRITE_PROTECTED] };
}

/** An identifier that UDF itself defines. */
export function udfId(id: string, { code }: RevisionFacts): EntityId {
  return { id, suffix: [code & 0xff, code >> 8] };
}
