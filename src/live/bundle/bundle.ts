// A bundle: the results of a build under names with an id, ready to be published, with digests beside them.

import { mkdir, rename, stat, unlink } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { fromText } from '../../bytes/index.js';
import { InvalidInputError, SourceError, TargetError } from '../../errors.js';
import {
  createDigest,
  type DigestName,
  exactContent,
  fileContent,
  fileTarget,
  isHole,
  type Run,
  writeImage,
  zeros,
} from '../../io/index.js';
import type { RuntimeConfiguration } from '../configuration/index.js';
import { writeText } from '../files/text-file.js';
import { digestContent } from '../packages/entry.js';
import type { ResultFile } from '../result/index.js';
import { runTool } from '../tools/run-tool.js';
import { bundleNames } from './names.js';
import { readRecord } from './record.js';
import { renamedText } from './renamed-text.js';

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
  /** Address at which the bundle will be served; a control file for zsync is made for each file with a digest. */
  readonly zsyncSource?: string;
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
  const bundled = Object.values(results).filter((result): result is ResultFile => {
    return 'filename' in result && result.use_for_bundle;
  });
  const names = new Map(bundled.map(({ filename }) => [basename(filename), nameOf(basename(filename))]));
  const { zsyncSource } = options;
  const xzOptions = compress ? (configuration.xzOptions ?? []) : undefined;
  try {
    for (const result of bundled) {
      const path = join(directory, names.get(basename(result.filename))!);
      files.push(await bundleFile({ result, path, names, digestName, force, made, zsyncSource, xzOptions }, run));
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
  /** Names of all results, and what they are called in the bundle. */
  readonly names: ReadonlyMap<string, string>;
  readonly digestName: DigestName;
  readonly force: boolean;
  readonly zsyncSource: string | undefined;
  /** Undefined: nothing is compressed. */
  readonly xzOptions: readonly string[] | undefined;
  /** Files that are there now and were not before. */
  readonly made: string[];
}

async function bundleFile(job: Job, run: Run): Promise<BundledFile> {
  const { result, force, made, digestName, xzOptions } = job;
  const packed = result.compress && xzOptions !== undefined;
  const path = packed ? `${job.path}.xz` : job.path;
  if (!force && (await isThere(path))) {
    throw new TargetError('target.exists', `${path} exists already.`, { path, hint: 'Use --force to replace it.' });
  }
  const { size, digest } = await copy(job, force || packed, run);
  if (packed) await compressFile(job.path, xzOptions, run);
  made.push(path);
  const finalSize = packed ? (await stat(path)).size : size;
  if (!result.shasum) return { path, size: finalSize };
  const shown = packed ? await digestOfFile(path, digestName, run) : digest;
  const beside = `${path}.${digestName}`;
  await writeText(beside, `${shown}  ${basename(path)}\n`);
  made.push(beside);
  if (job.zsyncSource !== undefined) made.push(await makeZsync(path, job.zsyncSource, run));
  return { path, size: finalSize, digest: shown };
}

/** Copies under a temporary name first, and takes the digest on the way. Texts get the new names of the results they name. */
async function copy({ result: { filename }, path, names, digestName }: Job, force: boolean, run: Run) {
  const { size } = await stat(filename).catch(() => {
    throw new SourceError('bundle.result-missing', `The result ${filename} is not there any more.`, {
      path: filename,
      hint: 'Build it again.',
    });
  });
  const content = await renamedText(fileContent(fromText(filename), size), names, run);
  const digest = createDigest(digestName);
  async function* pieces(running: Run) {
    for await (const piece of content.pieces(running)) {
      if (!isHole(piece)) digest.update(piece);
      else for (const bytes of zeros(piece.hole)) digest.update(bytes);
      yield piece;
    }
  }
  await writeImage({ ...exactContent(content.size, pieces), layout: {} }, fileTarget(fromText(path), { force }), run);
  return { size: content.size, digest: digest.hex() };
}

/** Path of the control file, by which zsync fetches what a file has new. */
async function makeZsync(path: string, source: string, run: Run): Promise<string> {
  const control = `${path}.zsync`;
  const part = `${control}.part`;
  const args = ['-e', '-u', `${source.replace(/\/+$/, '')}/${basename(path)}`, '-o', part, path];
  const hint = 'Install zsyncmake (zsync on Debian), or leave --zsync-source out.';
  try {
    await runTool({ program: 'zsyncmake', args, hint, epoch: 0 }, run);
    await rename(part, control);
  } catch (error) {
    await unlink(part).catch(() => {});
    throw error;
  }
  return control;
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
