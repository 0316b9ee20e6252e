// A bundle: the results of a build under names with an id, ready to be published, with files of digests.

import { mkdir, rmdir, stat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { fromText, withoutEnd } from '../../bytes/index.js';
import { option, SourceError, TargetError, UsageError, wording } from '../../errors.js';
import {
  createDigest,
  type Data,
  type DigestName,
  exactContent,
  fileContent,
  fileTarget,
  isHole,
  type Run,
  refuseUnfinished,
  writeImage,
  zerosOf,
} from '../../io/index.js';
import type { RuntimeConfiguration } from '../configuration/index.js';
import { publish } from '../files/publish.js';
import { writeText } from '../files/text-file.js';
import { withWorkDirectory } from '../files/work-directory.js';
import { type ResultFile, signedNames } from '../result/index.js';
import { runTool } from '../tools/run-tool.js';
import { bundleNames } from './names.js';
import { readRecord } from './record.js';
import { renamedText } from './renamed-text.js';

/** How results are bundled. */
export interface BundleOptions {
  /** The target directory of the build. */
  readonly targetDirectory: string;
  /** The directory of the bundle; made if it does not exist. */
  readonly bundleDirectory: string;
  /** Distinguishes this bundle from others of the same image. */
  readonly id: string;
  /** Name of the bundled files with %N and its like; default: the description's, otherwise the id follows the version. */
  readonly format?: string;
  /** Whether results that may be compressed are; default: that of the configuration, otherwise true. */
  readonly compress?: boolean;
  /** The URL of the published bundle; a control file for zsync is made for each file with a digest. */
  readonly zsyncSource?: string;
  readonly configuration?: RuntimeConfiguration;
  /** Replace existing files. */
  readonly force?: boolean;
  /** Called with remarks for people. */
  note?(text: string): void;
}

/** A finished bundle. */
export interface BundleReport {
  readonly directory: string;
  readonly files: readonly BundledFile[];
}

/** One file of a bundle. */
export interface BundledFile {
  /** Absolute path. */
  readonly path: string;
  readonly size: number;
  /** Hexadecimal. */
  readonly sha256: string;
  /** The digest in the list next to the file, hexadecimal; undefined: it has no list. */
  readonly digest?: { readonly name: DigestName; readonly value: string };
}

const ID = /^[A-Za-z0-9_.+~-]+$/;

/** Makes the bundle. After any error its directory is as it was before. */
export async function bundleResults(options: BundleOptions, run: Run): Promise<BundleReport> {
  const { id, configuration = {} } = options;
  const target = resolve(options.targetDirectory);
  const directory = resolve(options.bundleDirectory);
  if (target === directory) {
    throw new UsageError('bundle.same-directory', 'The bundle cannot be made in the directory of its results.', {
      path: directory,
      hint: wording`Choose another ${option('bundleDirectory')}.`,
    });
  }
  if (!ID.test(id))
    throw new UsageError('bundle.id', `"${id}" cannot be part of the names of files.`, { option: 'id' });
  const results = await readRecord(target);
  const nameOf = bundleNames(results, id, options.format);
  const compress = options.compress ?? configuration.bundleCompress ?? true;
  const bundled = Object.values(results).filter((result): result is ResultFile => {
    return result !== undefined && 'filename' in result && result.use_for_bundle;
  });
  const names = new Map(bundled.map(({ filename }) => [basename(filename), nameOf(basename(filename))]));
  const request = {
    targetDirectory: directory,
    name: id,
    purpose: 'bundle',
    note: options.note ?? (() => {}),
  } as const;
  const bundle = async (workDirectory: string) => {
    const made: string[] = [];
    const job: Omit<Job, 'result'> = {
      ...{ target, directory, workDirectory, names, made, signed: signedNames(results) },
      digestName: configuration.bundleDigest ?? 'sha256',
      zsyncSource: options.zsyncSource,
      xzOptions: compress ? (configuration.xzOptions ?? []) : undefined,
      force: options.force ?? false,
    };
    const reports: BundledFile[] = [];
    for (const result of bundled) reports.push(await bundleFile({ ...job, result }, run));
    await publish({ names: made, workDirectory, targetDirectory: directory, replaces: () => job.force });
    return reports;
  };
  const files = await withNewDirectory(directory, () => withWorkDirectory(request, bundle));
  return { directory, files };
}

interface Job {
  readonly result: ResultFile;
  /** The directory of the results. */
  readonly target: string;
  /** The directory of the bundle. */
  readonly directory: string;
  /** The directory in which it is made. */
  readonly workDirectory: string;
  /** Names of all results, and their names in the bundle. */
  readonly names: ReadonlyMap<string, string>;
  /** Names of results that must not change: those with signatures, and signatures. */
  readonly signed: ReadonlySet<string>;
  readonly digestName: DigestName;
  readonly zsyncSource: string | undefined;
  /** Undefined: nothing is compressed. */
  readonly xzOptions: readonly string[] | undefined;
  readonly force: boolean;
  /** Names of the files made so far. */
  readonly made: string[];
}

async function bundleFile(job: Job, run: Run): Promise<BundledFile> {
  const { result, directory, workDirectory, made, digestName, xzOptions } = job;
  const plain = job.names.get(basename(result.filename))!;
  const packed = result.compress && xzOptions !== undefined;
  const name = packed ? `${plain}.xz` : plain;
  const path = join(directory, name);
  await refuseUnfinished(fromText(path));
  if (!job.force && (await isThere(path))) {
    throw new TargetError('target.exists', `${path} exists already.`, {
      path,
      hint: wording`Use ${option('force')} to replace it.`,
    });
  }
  const copied = await copy(job, join(workDirectory, plain), run);
  if (packed) await compressFile(join(workDirectory, plain), xzOptions, run);
  made.push(name);
  const file = join(workDirectory, name);
  const { size, digests } = packed ? await digestsOfFile(file, digestName, run) : copied;
  const sha256 = digests.get('sha256')!;
  if (!result.shasum) return { path, size, sha256 };
  const value = digests.get(digestName)!;
  const listName = `${name}.${digestName}`;
  await writeText(join(workDirectory, listName), `${value}  ${name}\n`);
  made.push(listName);
  if (job.zsyncSource !== undefined) {
    await makeZsync(file, job.zsyncSource, run);
    made.push(`${name}.zsync`);
  }
  return { path, size, sha256, digest: { name: digestName, value } };
}

/**
 * Copies a result and computes its digests. In texts, names of results are replaced by those in the bundle, unless there is a signature of
 * the text.
 */
async function copy({ target, result, names, signed, digestName }: Job, to: string, run: Run) {
  const from = join(target, basename(result.filename));
  const { size } = await stat(from).catch(() => {
    throw new SourceError('bundle.result-missing', `The result ${from} is missing.`, {
      path: from,
      hint: 'Build it again.',
    });
  });
  const found = fileContent(fromText(from), size);
  const content = signed.has(basename(from)) ? found : await renamedText(found, names, run);
  const digests = openDigests(digestName);
  async function* pieces(running: Run) {
    for await (const piece of content.pieces(running)) {
      await digests.update(piece, running);
      yield piece;
    }
  }
  await writeImage({ ...exactContent(content.size, pieces), layout: {} }, fileTarget(fromText(to)), run);
  return { size: content.size, digests: digests.end() };
}

/** SHA-256, and the digest of lists. */
function openDigests(listed: DigestName) {
  const digests = new Map([...new Set(['sha256', listed] as const)].map((name) => [name, createDigest(name)]));
  return {
    update: async (piece: Data, run: Run) => {
      for await (const bytes of isHole(piece) ? zerosOf(piece.hole, run) : [piece]) {
        for (const digest of digests.values()) digest.update(bytes);
      }
    },
    /** Hexadecimal; ends both. */
    end: () => new Map([...digests].map(([name, digest]) => [name, digest.hex()] as const)),
  };
}

/** Makes the control file `path.zsync`, with which zsync fetches only the changed parts of a file. */
async function makeZsync(path: string, source: string, run: Run): Promise<void> {
  const url = `${withoutEnd(source, '/')}/${encodeURIComponent(basename(path))}`;
  const args = ['-e', '-u', url, '-o', `${path}.zsync`, '--', path];
  const hint = wording`Install zsyncmake (zsync on Debian), or leave ${option('zsyncSource')} out.`;
  await runTool({ program: 'zsyncmake', args, hint, epoch: 0 }, run);
}

async function compressFile(path: string, options: readonly string[], run: Run): Promise<void> {
  const hint = wording`Install xz (xz-utils on Debian), or bundle with ${option('compress', false)}.`;
  await runTool({ program: 'xz', args: ['--force', ...options, '--', path], hint, epoch: 0 }, run);
}

async function digestsOfFile(path: string, listed: DigestName, run: Run) {
  const { size } = await stat(path);
  const digests = openDigests(listed);
  for await (const piece of fileContent(fromText(path), size).pieces(run)) await digests.update(piece, run);
  return { size, digests: digests.end() };
}

/** Makes a directory and its parents; after a failure the new ones are removed if they are empty. */
async function withNewDirectory<T>(path: string, work: () => Promise<T>): Promise<T> {
  const first = await mkdir(path, { recursive: true }).catch((error) => {
    throw new TargetError('bundle.directory', `${path} cannot be made: ${(error as Error).message}.`, {
      path,
      cause: error,
    });
  });
  try {
    return await work();
  } catch (error) {
    if (first !== undefined) await removeEmpty(path, first).catch(() => {});
    throw error;
  }
}

async function removeEmpty(path: string, first: string): Promise<void> {
  await rmdir(path);
  if (path !== first) await removeEmpty(dirname(path), first);
}

async function isThere(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
