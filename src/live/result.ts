// What lies beside the ISO: the list of packages, and the record of all results under KIWI's keys.

import { rename, unlink, writeFile } from 'node:fs/promises';
import { TargetError } from '../errors.js';

/** One result, with what bundling does to it. The keys of the record are KIWI's. */
export interface ResultFile {
  /** Absolute path. */
  readonly filename: string;
  readonly use_for_bundle: boolean;
  readonly compress: boolean;
  readonly shasum: boolean;
}

export type ResultKey = 'live_image' | 'image_packages' | 'image_verified' | 'bundle_format';

export type Results = Partial<Record<ResultKey, ResultFile | { readonly pattern: string }>>;

/** Keys sorted, four blanks of indentation, one line feed at the end: as `kiwi.result.json`. */
export function renderResults(results: Results): string {
  const sorted = Object.fromEntries(Object.entries(results).sort(([a], [b]) => (a < b ? -1 : 1)));
  return `${JSON.stringify(sorted, null, 4)}\n`;
}

/** Writes a small text file that is either whole or not there. */
export async function writeText(path: string, text: string): Promise<void> {
  const part = `${path}.part`;
  try {
    await writeFile(part, text);
    await rename(part, path);
  } catch (error) {
    await unlink(part).catch(() => {});
    throw new TargetError('target.write', `${path} cannot be written: ${(error as Error).message}.`, {
      path,
      cause: error,
    });
  }
}
