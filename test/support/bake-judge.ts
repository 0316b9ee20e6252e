// The parser of `docker buildx bake`, compiled from its published Go module: Debian 12 has no package of it.
import { execFileSync, spawnSync } from 'node:child_process';
import { copyFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { oncePerMachine } from './once.js';

const BUILDX = 'v0.10.0';

/** A target as buildx reads it. */
export interface BakeTarget {
  readonly args: Readonly<Record<string, string>>;
  readonly output: readonly string[];
  readonly 'dockerfile-inline': string;
}

/** The targets of a file's default group, or the parser's error. */
export async function bakeTargets(path: string): Promise<Readonly<Record<string, BakeTarget>> | string> {
  const directory = await oncePerMachine(`bake-judge-${BUILDX}`, (into) => {
    copyFileSync(join(import.meta.dirname, 'bake-judge.go'), join(into, 'main.go'));
    writeFileSync(join(into, 'go.mod'), `module judge\n\ngo 1.19\n\nrequire github.com/docker/buildx ${BUILDX}\n`);
    for (const words of [
      ['mod', 'tidy'],
      ['build', '-o', 'judge', '.'],
    ]) {
      execFileSync('go', words, { cwd: into, stdio: ['ignore', 'ignore', 'pipe'] });
    }
  });
  const { status, stdout, stderr } = spawnSync(join(directory, 'judge'), [path], { encoding: 'utf8' });
  return status === 0 ? JSON.parse(stdout) : stderr;
}
