// Runs `isopress matrix`.

import { mkdir } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import type { Command } from 'commander';
import { InvalidInputError, UsageError } from '../../errors.js';
import { expandMatrix, type MatrixFile, type MatrixImage, readMatrix } from '../../live/index.js';
import { buildArguments, checkNames, matrixOptions } from '../matrix/arguments.js';
import type { MatrixEngine } from '../matrix/engines.js';
import { printMatrix, USUAL_CONTAINER } from '../matrix/print.js';
import { buildImage, forEachOf, INDEX, type MatrixResult, type MatrixRun, writeIndex } from '../matrix/run.js';
import { openSession, type Session, type SessionOptions } from '../session.js';
import { showBytes } from '../units.js';

/** The actions of the command. */
export type MatrixAction = 'list' | 'run' | 'print';

/** Parsed values of the command's options. */
export interface MatrixCommandOptions extends SessionOptions {
  readonly index?: number;
  readonly name?: string;
  readonly local?: true;
  readonly targetDir?: string;
  readonly cache: readonly string[];
  readonly for?: MatrixEngine;
  readonly container?: string;
}

/** Lists, builds or prints the images of a matrix. */
export async function matrix(
  action: MatrixAction,
  file: string,
  options: MatrixCommandOptions,
  build: Command,
): Promise<void> {
  checkOptions(action, options);
  const session = openSession(options);
  try {
    const known = matrixOptions(build);
    const stated = await readMatrix(file);
    checkNames(stated, new Set(known.keys()));
    const images = expandMatrix(stated);
    const argumentsOf = (image: MatrixImage) => buildArguments(image, known, stated.places);
    // A value that is not one for its option is found before anything is built.
    const commands = images.map((image) => ({ image, args: argumentsOf(image) }));
    if (action === 'list') {
      const rows = commands.map(({ image: { index, name }, args }) => ({ index, name, args }));
      const lines = rows.map(({ index, name, args }) => `${String(index).padStart(4)}  ${name}  ${args.join(' ')}`);
      return session.result('matrix', { action, file, images: rows }, lines);
    }
    if (action === 'print') {
      const container = options.container ?? USUAL_CONTAINER;
      process.stdout.write(printMatrix(options.for!, { file, images, container }));
      return;
    }
    await run(commands, { stated, images, options, session });
  } finally {
    session.close();
  }
}

interface Surroundings {
  readonly stated: MatrixFile;
  readonly images: readonly MatrixImage[];
  readonly options: MatrixCommandOptions;
  readonly session: Session;
}

async function run(
  commands: readonly { readonly image: MatrixImage; readonly args: readonly string[] }[],
  { stated, images, options, session }: Surroundings,
): Promise<void> {
  const chosen = options.local ? commands : commands.filter(({ image }) => isChosen(image, options));
  if (chosen.length === 0) throw noSuchImage(stated, options);
  const wide = options.local ? Math.min(options.jobs ?? 1, commands.length) : 1;
  const cores = options.local ? availableParallelism() : (options.jobs ?? availableParallelism());
  const how = await howToRun(stated, options, session, Math.max(1, Math.floor(cores / wide)));
  const results: MatrixResult[] = [];
  await forEachOf(chosen, wide, async (command) => {
    if (session.run.signal?.aborted) return;
    const result = await buildImage(command.image, command.args, how);
    results.push(result);
    if (result.status === 'failed') session.failure(lineOf(result));
    else session.note(lineOf(result));
    await writeIndex(images, how.targetDirectory);
  });
  session.run.signal?.throwIfAborted();
  results.sort((a, b) => a.index - b.index);
  const failed = results.find(({ status }) => status === 'failed');
  if (failed) process.exitCode = failed.exitCode;
  const index = join(how.targetDirectory, INDEX);
  const counts = (['built', 'cached', 'failed'] as const).map(
    (status) => `${results.filter((result) => result.status === status).length} ${status}`,
  );
  session.result('matrix', { action: 'run', file: stated.path, index, results }, [`${index}: ${counts.join(', ')}`]);
}

async function howToRun(
  { path: file, options: values }: MatrixFile,
  options: MatrixCommandOptions,
  session: Session,
  jobs: number,
): Promise<MatrixRun> {
  const base = dirname(resolve(file));
  const stated = values.get('target-dir');
  const target = options.targetDir ?? (typeof stated === 'string' ? resolve(base, stated) : undefined);
  if (target === undefined) {
    throw new InvalidInputError('matrix.target', `${file} states no target-dir.`, {
      path: file,
      hint: 'State target-dir there, or give --target-dir DIR.',
    });
  }
  const targetDirectory = resolve(target);
  await mkdir(targetDirectory, { recursive: true });
  const own = values.get('cache');
  const places = own === undefined ? [] : typeof own === 'string' ? [own] : Object.values(own);
  const given = options.cache.map((place) => (/^https?:/.test(place) ? place : resolve(place)));
  const caches = given.length > 0 ? given : places.length > 0 ? places : [join(targetDirectory, '.cache')];
  const program = [process.execPath, ...process.execArgv, process.argv[1]!];
  return { file, targetDirectory, caches, jobs, program, signal: session.run.signal, log: session.detail };
}

function isChosen({ index, name }: MatrixImage, options: MatrixCommandOptions): boolean {
  return options.name === undefined ? index === options.index : name === options.name;
}

function lineOf({ name, status, size, sha256, exitCode, message }: MatrixResult): string {
  if (status === 'failed') return `${name}: FAILED with exit code ${exitCode}: ${message}`;
  return `${name}: ${status}, ${showBytes(size!)}, sha256 ${sha256}`;
}

function noSuchImage({ path }: MatrixFile, { index, name }: MatrixCommandOptions): UsageError {
  const message = `${path} has no image ${name ?? index}.`;
  return new UsageError('matrix.image', message, { path, hint: 'isopress matrix list prints all of them.' });
}

/** The options that have a meaning for one action only. */
function optionsOf(action: MatrixAction, options: MatrixCommandOptions): readonly string[] {
  const { index, name, local, targetDir, cache, for: engine, container } = options;
  const given = action === 'run' ? { index, name, local, targetDir, cache: cache[0] } : { for: engine, container };
  return Object.entries(given).flatMap(([option, value]) => (value === undefined ? [] : [option]));
}

function checkOptions(action: MatrixAction, options: MatrixCommandOptions): void {
  const { index, name, local, for: engine } = options;
  for (const other of ['run', 'print'] as const) {
    const [option] = other === action ? [] : optionsOf(other, options);
    if (option === undefined) continue;
    throw new UsageError('matrix.option', `It has no meaning for matrix ${action}.`, {
      option,
      hint: `Use matrix ${other}, or leave the option out.`,
    });
  }
  const choices = [index, name, local].filter((value) => value !== undefined).length;
  if (action === 'run' && choices !== 1) {
    throw new UsageError('matrix.choice', 'It is not clear which image is meant.', {
      hint: 'Give one of --index N, --name NAME and --local.',
    });
  }
  if (action === 'print' && engine === undefined) {
    throw new UsageError('matrix.engine', 'It is not clear for which program the matrix is.', {
      hint: 'Give --for make, slurm, github, kubernetes or bake.',
    });
  }
}
