// Files in an SPDX 2.3 document: separate elements, which packages contain.

import { bytesOf, fromText, hexOf } from '../../bytes/index.js';
import { digestOf } from '../../io/index.js';
import type { Component } from './bill.js';
import type { ComponentFile } from './files.js';

const UNKNOWN = 'NOASSERTION';

/** Files of all packages, each path once. */
export class SpdxFiles {
  /** Identifiers by path. */
  readonly #ids = new Map<string, string>();
  /** The elements of the files. */
  readonly elements: object[] = [];

  constructor(components: readonly Component[]) {
    for (const file of components.flatMap(({ files = [] }) => files)) {
      if (this.#ids.has(file.path)) continue;
      const id = `SPDXRef-File-${this.#ids.size + 1}`;
      this.#ids.set(file.path, id);
      this.elements.push(elementOf(file, id));
    }
  }

  /** Identifiers of the files of a package. */
  idsOf({ files = [] }: Component): string[] {
    return files.map(({ path }) => this.#ids.get(path)!);
  }
}

function elementOf({ path, sha1, sha256 }: ComponentFile, id: string): object {
  return {
    SPDXID: id,
    fileName: `.${path}`,
    checksums: [
      { algorithm: 'SHA1', checksumValue: sha1 },
      { algorithm: 'SHA256', checksumValue: sha256 },
    ],
    licenseConcluded: UNKNOWN,
    licenseInfoInFiles: [UNKNOWN],
    copyrightText: UNKNOWN,
  };
}

/** Properties of a package about its files: with files, their SHA-1 digests are the identity of the package (section 7.9). */
export function analysisOf({ files = [] }: Component): object {
  if (files.length === 0) return { filesAnalyzed: false };
  const sorted = files.map(({ sha1 }) => sha1).sort();
  const packageVerificationCodeValue = hexOf(digestOf('sha1', bytesOf(fromText(sorted.join('')))));
  return {
    filesAnalyzed: true,
    packageVerificationCode: { packageVerificationCodeValue },
    licenseInfoFromFiles: [UNKNOWN],
  };
}
