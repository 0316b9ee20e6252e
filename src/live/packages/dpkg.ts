// The database of dpkg: /var/lib/dpkg/status, a control file of one paragraph per package, and the directory info/.

import { compareBytes, fromText } from '../../bytes/index.js';
import type { Run } from '../../io/index.js';
import { dpkgChanges } from './dpkg-changes.js';
import { dpkgFiles } from './dpkg-files.js';
import { type DpkgPackage, readStatus } from './dpkg-status.js';
import { verifyDpkg } from './dpkg-verify.js';
import { textAt } from './entry.js';
import type { OpeningRequest, PackageDatabase } from './package.js';

const STATUS = '/var/lib/dpkg/status';

/** Undefined if the tree has none. */
export async function openDpkg({ root, known }: OpeningRequest, run: Run): Promise<PackageDatabase | undefined> {
  const status = await textAt(root, STATUS, run);
  if (status === undefined) return undefined;
  const packages = readStatus(status);
  return {
    kind: 'dpkg',
    packages: async () => packages.toSorted(inOrderOfTheTool),
    files: (running) => dpkgFiles(root, packages.toSorted(inOrderOfTheTool), running),
    verify: (running) => verifyDpkg({ root, known }, packages, running),
    changes: (running) => dpkgChanges(root, running),
  };
}

/** In the order of dpkg-query: by name, then by architecture. */
function inOrderOfTheTool(a: DpkgPackage, b: DpkgPackage): number {
  const byName = compareBytes(fromText(a.name), fromText(b.name));
  return byName || compareBytes(fromText(a.architecture), fromText(b.architecture));
}
