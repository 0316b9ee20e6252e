// Names reports for programs: a name with a version, before the data.

import { jsonData } from './plain-data.js';

/**
 * Reports by name, with the version of their form. A version is raised when a field goes away or changes its meaning, not for
 * a new field. Each is described in `schemas/`.
 */
export const REPORTS = {
  ext4: 1,
  'ext4-plan': 1,
  squashfs: 1,
  'squashfs-plan': 1,
  erofs: 1,
  'erofs-plan': 1,
  iso: 1,
  'iso-plan': 1,
  fat: 1,
  'fat-plan': 1,
  build: 1,
  'build-plan': 1,
  bundle: 1,
  edit: 1,
  'edit-plan': 1,
  tag: 1,
  check: 1,
  verify: 1,
  diff: 1,
  key: 1,
  cache: 1,
  matrix: 1,
  info: 1,
  ls: 1,
  extract: 1,
  sbom: 1,
  error: 1,
} as const;

export type ReportName = keyof typeof REPORTS;

/** `isopress-ext4/1` */
export function reportId(name: ReportName): string {
  return `isopress-${name}/${REPORTS[name]}`;
}

/** A report as the text of `--json`, on one line where it is one of several objects. */
export function reportText(name: ReportName, data: object, onOneLine = false): string {
  const report = { report: reportId(name), ...(jsonData(data) as object) };
  return `${JSON.stringify(report, null, onOneLine ? 0 : 2)}\n`;
}
