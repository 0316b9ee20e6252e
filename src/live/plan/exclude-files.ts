// Excludes of the root image and of the EFI system partition: YAML files next to the description, or left in
// /image of the root tree by KIWI's prepare step.

import { join, resolve } from 'node:path';
import { fromText } from '../../bytes/index.js';
import { InvalidInputError, IsopressError } from '../../errors.js';
import { collect, quietRun, sourceError } from '../../io/index.js';
import { type FileTree, follow } from '../../tree/index.js';
import { readSmallFile } from '../files/read-small-file.js';
import { isMap, isScalar, isSeq, parseBoundedYaml } from '../yaml/parse-bounded.js';
import type { TextPlace } from '../yaml/place.js';

/** Most characters, and bytes, of a list. */
const LARGEST = 1024 * 1024;
const DEEPEST = 8;

/** Patterns without leading slash; those of the ESP are relative to the directory EFI. */
export interface ExcludeLists {
  readonly root: readonly string[];
  readonly esp: readonly string[];
}

/** Throws {@link InvalidInputError} `live.exclude-file` for an invalid list. */
export async function readExcludeLists(descriptionDirectory: string, root: FileTree): Promise<ExcludeLists> {
  const read = async (name: string): Promise<readonly string[]> => {
    const listPath = join(resolve(descriptionDirectory), name);
    const start = (path: string) => ({ path, line: 1, column: 1 });
    const refuse = () => badList(`${listPath} is not a regular file of at most ${LARGEST} bytes.`, start(listPath));
    const bytes = await readSmallFile(listPath, LARGEST, refuse).catch((error) => {
      if (error instanceof IsopressError) throw error;
      if (['ENOENT', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? '')) return undefined;
      throw sourceError(fromText(listPath), error);
    });
    if (bytes) return patternsOf(bytes, listPath);
    const prepared = follow(root, `/image/${name}`);
    if (prepared?.kind !== 'file') return [];
    if (prepared.content.size > LARGEST) throw badList('The list is too large.', start(`/image/${name}`));
    return patternsOf(await collect(prepared.content, quietRun()), `/image/${name}`);
  };
  return { root: await read('exclude_files.yaml'), esp: await read('exclude_files_efifatimage.yaml') };
}

/** `exclude:` and a list of paths or globs. */
function patternsOf(bytes: Uint8Array, path: string): string[] {
  const text = Buffer.from(bytes).toString('utf8');
  const { root, placeOf } = parseBoundedYaml(text, { path, largest: LARGEST, deepest: DEEPEST, fail: badList });
  const list = isMap(root) ? root.get('exclude') : undefined;
  if (!isSeq(list)) throw badList(FORM, placeOf(root));
  return list.items.map((item) => {
    const pattern = isScalar(item) ? String(item.value).replace(/^\/+/, '') : '';
    if (pattern === '') throw badList(FORM, placeOf(item, placeOf(list)));
    return pattern;
  });
}

const FORM = 'A list of excluded files has one key, "exclude", with a list of paths.';

function badList(message: string, place: TextPlace): InvalidInputError {
  return new InvalidInputError('live.exclude-file', message, { ...place, hint: FORM });
}
