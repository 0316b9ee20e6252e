// The test images of e2fsprogs, most of them damaged in one way each, and e2fsck's word on them.
import { spawnSync } from 'node:child_process';
import { closeSync, existsSync, openSync, readdirSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { debianSource } from './debian-source.js';
import { judge, oraclesRequired, type Verdict } from './oracle.js';

/** Processor time of one program: e2fsck and debugfs take minutes for some images, all of them damaged. */
const MOST_SECONDS = 5;
const BLOCK = 4096;
const ZEROS = Buffer.alloc(BLOCK);
const TOOLS: Readonly<Record<string, string>> = { 'image.gz': 'gzip', 'image.bz2': 'bzip2' };

/** One of the images, compressed. */
export interface TestImage {
  readonly name: string;
  /** `image.gz` or `image.bz2` */
  readonly file: string;
  readonly archive: string;
}

/** All images; undefined where the source of e2fsprogs cannot be fetched and no judge is required. */
export async function e2fsprogsImages(): Promise<readonly TestImage[] | undefined> {
  const source = await debianSource('e2fsprogs');
  if (source === undefined && oraclesRequired) throw new Error('The source of e2fsprogs cannot be fetched.');
  if (source === undefined) return undefined;
  const tests = join(source, 'tests');
  return readdirSync(tests).flatMap((name) =>
    Object.keys(TOOLS)
      .map((file) => ({ name, file, archive: join(tests, name, file) }))
      .filter(({ archive }) => existsSync(archive)),
  );
}

/** Writes the image without its runs of zeros: some have gigabytes of them. */
export function unpackImage({ archive, file }: TestImage, image: string): void {
  rmSync(image, { force: true });
  const { status, stdout: bytes } = spawnSync(TOOLS[file]!, ['-dc', archive], { maxBuffer: 2 ** 31 });
  if (status !== 0) throw new Error(`${archive} cannot be unpacked.`);
  const fd = openSync(image, 'w');
  for (let at = 0; at < bytes.length; at += BLOCK) {
    const block = bytes.subarray(at, at + BLOCK);
    if (at + BLOCK >= bytes.length || !block.equals(ZEROS)) writeSync(fd, block, 0, block.length, at);
  }
  closeSync(fd);
}

/** Runs a program, which is killed if it takes too long: its status is then negative. */
export function limited(tool: string, args: readonly string[]): Verdict {
  return judge('prlimit', [`--cpu=${MOST_SECONDS}`, tool, ...args]);
}

/** Whether e2fsck prints anything except the names of its passes and the summary. */
export function complains(image: string): boolean {
  const { status, stdout, stderr } = limited('e2fsck', ['-fn', image]);
  const lines = `${stdout}\n${stderr}`
    .split('\n')
    .filter((line) => line !== '' && !/^(Pass [1-5]:|e2fsck )/.test(line));
  return status !== 0 || lines.length !== 1;
}
