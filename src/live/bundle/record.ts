// The record of results that a bundle is made from.

import { basename, join } from 'node:path';
import { fromText } from '../../bytes/index.js';
import { InvalidInputError, IsopressError, option, SourceError, wording } from '../../errors.js';
import { sourceError } from '../../io/index.js';
import { isPathComponent } from '../files/path-component.js';
import { readSmallFile } from '../files/read-small-file.js';
import { RECORD_NAME, type Results } from '../result/index.js';

/** The record of this program, or that of KIWI itself. */
const RECORDS = [RECORD_NAME, 'kiwi.result.json'];

/** Bytes of a record. */
const LARGEST = 1024 * 1024;

/** Throws {@link SourceError} `bundle.no-record`, and {@link InvalidInputError} `bundle.record` if it is not one. */
export async function readRecord(directory: string): Promise<Results> {
  for (const name of RECORDS) {
    const path = join(directory, name);
    let text: string;
    try {
      text = Buffer.from(await readSmallFile(path, LARGEST, () => noRecord(path))).toString('utf8');
    } catch (error) {
      if (error instanceof IsopressError) throw error;
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') continue;
      throw sourceError(fromText(path), error);
    }
    return parseRecord(text, path);
  }
  throw new SourceError('bundle.no-record', `There is no record of results in ${directory}.`, {
    path: directory,
    hint: wording`Looked for ${RECORDS.join(' and ')}: give the ${option('targetDirectory')} of a build.`,
  });
}

function noRecord(path: string): InvalidInputError {
  return new InvalidInputError('bundle.record', `${path} is not a record of results.`, { path });
}

function parseRecord(text: string, path: string): Results {
  const damaged = () => noRecord(path);
  let record: unknown;
  try {
    record = JSON.parse(text);
  } catch {
    throw damaged();
  }
  if (typeof record !== 'object' || record === null || Array.isArray(record)) throw damaged();
  const sound = Object.entries(record).every(([key, value]) =>
    key === 'bundle_format' ? isFormat(value) : isResult(value),
  );
  if (!sound) throw damaged();
  return record as Results;
}

function isFormat(value: unknown): boolean {
  const { pattern, tags = {} } = objectOf(value);
  return typeof pattern === 'string' && Object.values(objectOf(tags)).every((tag) => typeof tag === 'string');
}

/** Only the name of the file counts: a result is in the directory of its record, which may have been moved since the build. */
function isResult(value: unknown): boolean {
  const { filename } = objectOf(value);
  return typeof filename === 'string' && isPathComponent(basename(filename));
}

function objectOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? { ...value } : {};
}
