// The licences of packages that are bundled, which ask to be kept with every copy. A package without the text is not bundled.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * The licences of the packages that `modules` are from, by the name of the package.
 * @param {readonly string[]} modules Paths of files.
 * @returns {[name: string, text: string][]}
 */
export function packageLicenses(modules) {
  const packages = new Set(modules.flatMap((id) => /^.*\/node_modules\/(?:@[^/]+\/)?[^/]+/.exec(id)?.[0] ?? []));
  return [...packages]
    .sort()
    .map((path) => [path.replace(/^.*node_modules\//, ''), readFileSync(join(path, 'LICENSE'), 'utf8').trim()]);
}
