// Builds images of a matrix, each in a separate process, and collects the results.

import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdir, readdir, readFile, rename, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import type { MatrixImage } from '../../live/index.js';

/** How images are built. */
export interface MatrixRun {
  /** The file of the matrix; relative paths in it start at its directory. */
  readonly file: string;
  /** Every image gets a directory with its name in it. */
  readonly targetDirectory: string;
  /** Places of caches; a build with the same key is not made again. */
  readonly caches: readonly string[];
  /** Threads of one build. */
  readonly jobs: number;
  /** Program and first arguments that run this command: Node.js and the script. */
  readonly program: readonly string[];
  readonly signal: AbortSignal | undefined;
  /** Called with each line that a build prints on standard error. */
  log(line: string): void;
}

/** The result of one build. */
export interface MatrixResult {
  readonly index: number;
  readonly name: string;
  /** `cached`: nothing that decides its bytes has changed since an earlier build. */
  readonly status: 'built' | 'cached' | 'failed';
  readonly exitCode: number;
  /** Absent after a failure. */
  readonly image?: string;
  readonly size?: number;
  readonly sha256?: string;
  readonly key?: string;
  /** The last line that a failed build printed on standard error. */
  readonly message?: string;
}

/** The report of a build in the directory of its image. */
const REPORT = 'isopress.build.json';
/** The list of all images that have results. */
export const INDEX = 'isopress.matrix.json';
/** Longest text of a report that is read. */
const LARGEST = 1 << 26;

/** Builds one image. Its results replace those of an earlier build, which stay if the build fails. */
export async function buildImage(image: MatrixImage, args: readonly string[], run: MatrixRun): Promise<MatrixResult> {
  const { index, name } = image;
  const directory = join(run.targetDirectory, name);
  await mkdir(directory, { recursive: true });
  const words = [
    ...['build', ...args, `--target-dir=${directory}`, '--force', '--json', '--progress=none', `--jobs=${run.jobs}`],
    ...run.caches.map((place) => `--cache=${place}`),
  ];
  const { exitCode, output, message } = await call(words, run);
  if (exitCode !== 0) return { index, name, status: 'failed', exitCode, message };
  await place(join(directory, REPORT), output);
  return resultOf(image, output);
}

function resultOf({ index, name }: Pick<MatrixImage, 'index' | 'name'>, text: string): MatrixResult {
  const { image, size, sha256, cached, keys } = JSON.parse(text);
  return { index, name, status: cached ? 'cached' : 'built', exitCode: 0, image, size, sha256, key: keys.action };
}

interface Called {
  readonly exitCode: number;
  readonly output: string;
  readonly message: string;
}

function call(args: readonly string[], { program, file, signal, log }: MatrixRun): Promise<Called> {
  const [command = '', ...words] = [...program, ...args];
  const child = spawn(command, words, { cwd: dirname(resolve(file)), stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  let message = '';
  let rest = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    if (output.length < LARGEST) output += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    const lines = (rest + text).split('\n');
    rest = lines.pop()!;
    for (const line of lines) {
      message = line;
      log(line);
    }
  });
  // On this signal the build cleans up and ends by itself.
  const stop = () => child.kill('SIGTERM');
  signal?.addEventListener('abort', stop, { once: true });
  return new Promise((settle, reject) => {
    child.on('error', reject);
    child.on('close', (code, killer) => {
      signal?.removeEventListener('abort', stop);
      settle({ exitCode: code ?? (killer === 'SIGTERM' ? 143 : 137), output, message: rest || message });
    });
  });
}

/**
 * Writes the index of all images that have results, from this run or another. Several builds and several runs may do so at the same time:
 * each looks again after it has written, so that the last one lists every result.
 */
export async function writeIndex(images: readonly MatrixImage[], targetDirectory: string): Promise<void> {
  let written = '';
  for (let text = await indexText(images, targetDirectory); text !== written; ) {
    await place(join(targetDirectory, INDEX), text);
    written = text;
    text = await indexText(images, targetDirectory);
  }
}

async function indexText(images: readonly MatrixImage[], targetDirectory: string): Promise<string> {
  const names = new Set(await readdir(targetDirectory));
  const found: MatrixResult[] = [];
  for (const image of images) {
    if (!names.has(image.name)) continue;
    const text = await readFile(join(targetDirectory, image.name, REPORT), 'utf8').catch(() => undefined);
    if (text !== undefined) found.push(resultOf(image, text));
  }
  const entries = found.map(({ index, name, image, size, sha256, key }) => ({ index, name, image, size, sha256, key }));
  return `${JSON.stringify({ images: entries }, null, 2)}\n`;
}

/** Replaces a file atomically. Every writer has its own temporary name, because several may write the same file. */
async function place(path: string, text: string): Promise<void> {
  const part = `${path}.${randomUUID()}.part`;
  await writeFile(part, text);
  await rename(part, path);
}

/** Runs `work` for every item, `width` of them at a time. */
export async function forEachOf<T>(
  items: readonly T[],
  width: number,
  work: (item: T) => Promise<void>,
): Promise<void> {
  const left = [...items];
  const worker = async () => {
    for (let item = left.shift(); item !== undefined; item = left.shift()) await work(item);
  };
  await Promise.all(Array.from({ length: Math.max(1, width) }, worker));
}
