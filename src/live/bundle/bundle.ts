// A bundle: the results of a build under names with an id, ready to be published, with digests beside them.

import { mkdir, readFile, rename, stat, unlink } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { fromText } from '../../bytes/index.js';
import { InvalidInputError, SourceError, TargetError } from '../../errors.js';
import {
  createDigest,
  type DigestName,
  fileContent,
  fileTarget,
  isHole,
  type Run,
  sourceError,
  writeImage,
  zeros,
} from '../../io/index.js';
import { runTool } from '../child.js';
import type { RuntimeConfiguration } from '../configuration/index.js';
import { digestContent } from '../packages/entry.js';
import { RECORD_NAME, type ResultFile, type Results } from '../result/index.js';
import { writeText } from '../text-file.js';
import { bundleNames } from './names.js';

export interface BundleOptions {
  /** Where a build left its results. */
  readonly targetDirectory: string;
  /** Where the bundle goes; made if it is not there. */
  readonly bundleDirectory: string;
  /** Tells this bundle from others of the same image. */
  readonly id: string;
  /** Name of the bundled files with %N and its like; default: the description's, else the id behind the version. */
  readonly format?: string;
  /** Whether what may be compressed is; default: as the configuration says, else true. */
  readonly compress?: boolean;
  readonly configuration?: RuntimeConfiguration;
  /** Replace files that are there already. */
  readonly force?: boolean;
}

export interface BundleReport {
  readonly directory: string;
  readonly files: readonly BundledFile[];
}

export interface BundledFile {
  /** Absolute path. */
  readonly path: string;
  readonly size: number;
  /** Hexadecimal; undefined: none was asked for. */
  readonly digest?: string;
}

const ID = /^[A-Za-z0-9_.+~-]+$/;
/** The record of this program, or that of KIWI itself. */
const RECORDS = [RECORD_NAME, 'kiwi.result.json'];

/** Makes the bundle. After any error it holds what it held before. */
export async function bundleResults(options: BundleOptions, run: Run): Promise<BundleReport> {
  const { id, configuration = {} } = options;
  const target = resolve(options.targetDirectory);
  const directory = resolve(options.bundleDirectory);
  if (target === directory) {
    throw new InvalidInputError('bundle.same-directory', 'The bundle cannot lie in the directory of its results.', {
      path: directory,
      hint: 'Choose another --bundle-dir.',
    });
  }
  if (!ID.test(id)) throw new InvalidInputError('bundle.id', `"${id}" cannot be part of the names of files.`);
  const results = await readRecord(target);
  const nameOf = bundleNames(results, id, options.format);
  const compress = options.compress ?? configuration.bundleCompress ?? true;
  const digestName = configuration.bundleDigest ?? 'sha256';
  const force = options.force ?? false;
  await makeDirectory(directory);
  const made: string[] = [];
  const files: BundledFile[] = [];
  try {
    for (const result of Object.values(results)) {
      if (!('filename' in result) || !result.use_for_bundle) continue;
      const name = nameOf(basename(result.filename));
      const job = { result, path: join(directory, name), digestName, force, made };
      files.push(await bundleFile(job, compress ? (configuration.xzOptions ?? []) : undefined, run));
    }
  } catch (error) {
    if (!force) for (const path of made) await unlink(path).catch(() => {});
    throw error;
  }
  return { directory, files };
}

interface Job {
  readonly result: ResultFile;
  readonly path: string;
  readonly digestName: DigestName;
  readonly force: boolean;
  /** Files that are there now and were not before. */
  readonly made: string[];
}

/** `xzOptions`: undefined, nothing is compressed. */
async function bundleFile(job: Job, xzOptions: readonly string[] | undefined, run: Run): Promise<BundledFile> {
  const { result, force, made, digestName } = job;
  const packed = result.compress && xzOptions !== undefined;
  const path = packed ? `${job.path}.xz` : job.path;
  if (!force && (await isThere(path))) {
    throw new TargetError('target.exists', `${path} exists already.`, { path, hint: 'Use --force to replace it.' });
  }
  const { size, digest } = await copy(result.filename, job.path, digestName, force || packed, run);
  if (packed) await compressFile(job.path, xzOptions, run);
  made.push(path);
  const finalSize = packed ? (await stat(path)).size : size;
  if (!result.shasum) return { path, size: finalSize };
  const shown = packed ? await digestOfFile(path, digestName, run) : digest;
  const beside = `${path}.${digestName}`;
  await writeText(beside, `${shown}  ${basename(path)}\n`);
  made.push(beside);
  return { path, size: finalSize, digest: shown };
}

/** Copies under a temporary name first, and takes the digest on the way. */
async function copy(from: string, to: string, name: DigestName, force: boolean, run: Run) {
  const { size } = await stat(from).catch(() => {
    throw new SourceError('bundle.result-missing', `The result ${from} is not there any more.`, {
      path: from,
      hint: 'Build it again.',
    });
  });
  const digest = createDigest(name);
  const content = fileContent(fromText(from), size);
  async function* pieces(running: Run) {
    for await (const piece of content.pieces(running)) {
      if (!isHole(piece)) digest.update(piece);
      else for (const bytes of zeros(piece.hole)) digest.update(bytes);
      yield piece;
    }
  }
  await writeImage({ size, pieces, layout: {} }, fileTarget(fromText(to), { force }), run);
  return { size, digest: digest.hex() };
}

async function compressFile(path: string, options: readonly string[], run: Run): Promise<void> {
  const hint = 'Install xz (xz-utils on Debian), or bundle with --no-compress.';
  const part = `${path}.part`;
  try {
    await rename(path, part);
    await runTool({ program: 'xz', args: ['--force', ...options, '--', part], hint, epoch: 0 }, run);
    await rename(`${part}.xz`, `${path}.xz`);
  } catch (error) {
    for (const left of [part, `${part}.xz`]) await unlink(left).catch(() => {});
    throw error;
  }
}

async function digestOfFile(path: string, name: DigestName, run: Run): Promise<string> {
  return digestContent(name, fileContent(fromText(path), (await stat(path)).size), run);
}

async function readRecord(directory: string): Promise<Results> {
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

async function makeDirectory(path: string): Promise<void> {
  await mkdir(path, { recursive: true }).catch((error) => {
    throw new TargetError('bundle.directory', `${path} cannot be made: ${(error as Error).message}.`, {
      path,
      cause: error,
    });
  });
}

async function isThere(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
