// Lists of what stays out of the root image and of the EFI system partition: YAML files beside the description, or left in
// /image of the root tree by KIWI's prepare step.

import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { isMap, isScalar, isSeq, LineCounter, parseDocument } from 'yaml';
import { fromText } from '../../bytes/index.js';
import { InvalidInputError } from '../../errors.js';
import { collect, quietRun, sourceError } from '../../io/index.js';
import { type FileTree, follow } from '../../tree/index.js';

/** Patterns without leading slash; those of the ESP count from the directory EFI. */
export interface ExcludeLists {
  readonly root: readonly string[];
  readonly esp: readonly string[];
}

/** Throws {@link InvalidInputError} `live.exclude-file` for a list that cannot be understood. */
export async function readExcludeLists(descriptionDirectory: string, root: FileTree): Promise<ExcludeLists> {
  const read = async (name: string): Promise<readonly string[]> => {
    const beside = join(resolve(descriptionDirectory), name);
    const text = await readFile(beside, 'utf8').catch((error) => {
      if (['ENOENT', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? '')) return undefined;
      throw sourceError(fromText(beside), error);
    });
    if (text !== undefined) return patternsOf(text, beside);
    const prepared = follow(root, `/image/${name}`);
    if (prepared?.kind !== 'file') return [];
    const bytes = await collect(prepared.content, quietRun());
    return patternsOf(Buffer.from(bytes).toString('utf8'), `/image/${name}`);
  };
  return { root: await read('exclude_files.yaml'), esp: await read('exclude_files_efifatimage.yaml') };
}

/** `exclude:` and a list of paths or globs. */
function patternsOf(text: string, path: string): string[] {
  const lines = new LineCounter();
  const { contents, errors } = parseDocument(text, { lineCounter: lines, schema: 'failsafe' });
  const fail = (at: number): never => {
    const { line, col } = lines.linePos(at);
    const message = 'A list of excluded files has one key, "exclude", with a list of paths.';
    throw new InvalidInputError('live.exclude-file', message, { path, line, column: col });
  };
  if (errors[0]) return fail(errors[0].pos[0]);
  const list = isMap(contents) ? contents.get('exclude') : undefined;
  if (!isSeq(list)) return fail(contents?.range?.[0] ?? 0);
  return list.items.map((item) => {
    const pattern = isScalar(item) ? String(item.value).replace(/^\/+/, '') : '';
    return pattern === '' ? fail((isScalar(item) ? item.range?.[0] : undefined) ?? list.range?.[0] ?? 0) : pattern;
  });
}
