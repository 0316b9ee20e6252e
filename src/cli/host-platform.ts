// The platform that container images are for if none is asked for.

import { type Platform, parsePlatform } from '../source/option-values.js';

/** Names of Node.js for architectures that have other names elsewhere. */
const MACHINES: Readonly<Record<string, string>> = { x64: 'amd64', ia32: '386', ppc64: 'ppc64le', mipsel: 'mipsle' };

/** Linux on a machine, by default on this one. */
export function preferredPlatform(machine: string | undefined): Platform | undefined {
  return parsePlatform(`linux/${machine ?? MACHINES[process.arch] ?? process.arch}`);
}
