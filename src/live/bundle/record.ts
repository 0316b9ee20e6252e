// The record of results that a bundle is made from.

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fromText } from '../../bytes/index.js';
import { InvalidInputError, SourceError } from '../../errors.js';
import { sourceError } from '../../io/index.js';
import { RECORD_NAME, type Results } from '../result/index.js';

/** The record of this program, or that of KIWI itself. */
const RECORDS = [RECORD_NAME, 'kiwi.result.json'];

/** Throws {@link SourceError} `bundle.no-record`, and {@link InvalidInputError} `bundle.record` for one that is none. */
export async function readRecord(directory: string): Promise<Results> {
  for (const name of RECORDS) {
    const path = join(directory, name);
    let text: string;
    try {
      text = await readFile(path, 'utf8');
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') continue;
      throw sourceError(fromText(path), error);
    }
    return parseRecord(text, path);
  }
  throw new SourceError('bundle.no-record', `There is no record of results in ${directory}.`, {
    path: directory,
    hint: `Looked for ${RECORDS.join(' and ')}: name the --target-dir of a build.`,
  });
}

function parseRecord(text: string, path: string): Results {
  const damaged = () => new InvalidInputError('bundle.record', `${path} is not a record of results.`, { path });
  let record: unknown;
  try {
    record = JSON.parse(text);
  } catch {
    throw damaged();
  }
  if (typeof record !== 'object' || record === null || Array.isArray(record)) throw damaged();
  const sound = Object.entries(record).every(([key, value]) => {
    const known = (value ?? {}) as Record<string, unknown>;
    return key === 'bundle_format' ? typeof known['pattern'] === 'string' : typeof known['filename'] === 'string';
  });
  if (!sound) throw damaged();
  return record as Results;
}
