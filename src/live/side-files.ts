// Files beside a description, or left in the root tree by KIWI's prepare step, that would change the medium.

import { readdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { UnsupportedError } from '../errors.js';
import { type FileTree, glob } from '../tree/index.js';

/** What is not taken up yet, as names in the description's directory and in `/image` of the root tree. */
const UNBUILT: readonly { readonly name: string; readonly what: string }[] = [
  { name: 'exclude_files.yaml', what: 'Exclude lists of the root tree' },
  { name: 'exclude_files_efifatimage.yaml', what: 'Exclude lists of the EFI system partition' },
];

/** Throws {@link UnsupportedError} when there is such a file: leaving it aside in silence would make another medium. */
export async function refuseSideFiles(descriptionDirectory: string, root: FileTree): Promise<void> {
  const beside = await readdir(resolve(descriptionDirectory)).catch(() => []);
  for (const { name, what } of UNBUILT) {
    const start = name.replace('*', '');
    const found = beside.find((file) => (name.endsWith('*') ? file.startsWith(start) : file === start));
    const [prepared] = glob(root, `image/${name}`);
    if (found === undefined && prepared === undefined) continue;
    const path = found === undefined ? `/${prepared?.path}` : join(descriptionDirectory, found);
    throw new UnsupportedError('live.side-file', `${what} are not taken up: ${path}.`, {
      path,
      hint: 'Remove the file to build without it.',
    });
  }
}
