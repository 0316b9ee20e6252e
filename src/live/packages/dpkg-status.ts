// dpkg's status file: a control file of one paragraph per package (deb822(5)), and the files in info/ that belong to it.

import { type FileTree, follow } from '../../tree/index.js';
import type { InstalledPackage } from './package.js';

/** A paragraph of the status file. */
export interface DpkgPackage extends InstalledPackage {
  readonly architecture: string;
  /** Whether packages of several architectures may be installed: then names of files in info/ contain the architecture. */
  readonly multiArchSame: boolean;
  readonly conffiles: readonly Conffile[];
}

export interface Conffile {
  readonly path: string;
  /** MD5 of the file in the package. */
  readonly digest: string;
}

/** The packages in the status file, without those that only remain in it after a purge. */
export function readStatus(text: string): DpkgPackage[] {
  return paragraphs(text).flatMap((fields) => {
    const name = fields.get('package');
    const status = fields.get('status') ?? '';
    if (name === undefined || status.endsWith(' not-installed')) return [];
    return [
      {
        name,
        ...(status.endsWith(' config-files') ? { removed: true } : {}),
        version: fields.get('version') ?? '',
        architecture: fields.get('architecture') ?? '',
        multiArchSame: fields.get('multi-arch') === 'same',
        conffiles: conffilesOf(fields.get('conffiles') ?? ''),
      },
    ];
  });
}

/** The fields of each paragraph of a Debian control file (deb822(5)); names of fields in lower case, lines separate. */
function paragraphs(text: string): Map<string, string>[] {
  return text.split(/\n(?:[ \t]*\n)+/).map((paragraph) => {
    const fields = new Map<string, string>();
    let last: string | undefined;
    for (const line of paragraph.split('\n')) {
      if (/^[ \t]/.test(line) && last !== undefined) {
        fields.set(last, `${fields.get(last)}\n${line}`);
        continue;
      }
      const match = /^([^\s:]+):(.*)/.exec(line);
      if (!match) continue;
      last = match[1]!.toLowerCase();
      fields.set(last, match[2]!.trim());
    }
    return fields;
  });
}

/** Lines of a path, a digest (or `newconffile` before the first unpacking), and perhaps a state of the file. */
function conffilesOf(text: string): Conffile[] {
  return text.split('\n').flatMap((line) => {
    const words = line.trim().split(' ');
    while (words.length > 2 && ['obsolete', 'remove-on-upgrade'].includes(words.at(-1)!)) words.pop();
    const digest = words.pop();
    return digest === undefined || words.length === 0 ? [] : [{ path: words.join(' '), digest }];
  });
}

/** A file of the package in info/: under its name, or its name and architecture. */
export function infoPath(root: FileTree, { name, architecture, multiArchSame }: DpkgPackage, suffix: string): string {
  const base = `/var/lib/dpkg/info/${name}`;
  const named = `${base}:${architecture}.${suffix}`;
  return multiArchSame && follow(root, named) !== undefined ? named : `${base}.${suffix}`;
}
