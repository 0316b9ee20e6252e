// A matrix of 24 images on a real Slurm of three nodes, of which one loses power. It takes minutes, so it runs only if asked for:
//   bash scripts/debian-packages.sh engines
//   ISOPRESS_SLURM=1 npx vitest run --project conformance matrix-slurm
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { isopress } from '../support/command.js';
import { COUNT, matrixDigests, matrixInputs, prepareMatrix } from '../support/matrix-of-24.js';
import { judge, kernelOracle } from '../support/oracle.js';
import { scratchDirectory } from '../support/scratch.js';
import { type Cluster, SLURM, startSlurm } from '../support/slurm.js';
import { hasGrub } from '../support/small-root.js';

const scratch = scratchDirectory();
const inputs = (name: string) => matrixInputs(scratch, name);

/** The output of each job of an array. */
function printed(directory: string, job: number): string[] {
  const names = readdirSync(directory).filter((name) => name.startsWith(`slurm-${job}_`));
  return names.map((name) => readFileSync(join(directory, name), 'utf8'));
}

async function untilEmpty(cluster: Cluster): Promise<void> {
  while (cluster.queue().length > 0) await sleep(1000);
}

async function untilRunning(cluster: Cluster, node: string): Promise<void> {
  for (let queue = cluster.queue(); !queue.includes(`RUNNING ${node}`); queue = cluster.queue()) {
    if (queue.length === 0) throw new Error(`Nothing ran on ${node}.`);
    await sleep(50);
  }
  await sleep(500);
}

const slurm = process.env['ISOPRESS_SLURM'] && hasGrub ? kernelOracle(...SLURM, 'make', 'ps', 'pgrep') : test.skip;
slurm(
  '24 images: Slurm, make and one process give the same, and no image is built twice after a node has died',
  { timeout: 1_800_000 },
  async () => {
    const path = prepareMatrix(scratch);
    const make = inputs('make');
    writeFileSync(join(make.directory, 'Makefile'), isopress(['matrix', 'print', make.file, '--for', 'make']).stdout);
    const made = judge('make', ['-j', '2'], { cwd: make.directory, env: { PATH: path } });
    expect({ status: made.status, stderr: made.status === 0 ? '' : made.stderr }).toEqual({ status: 0, stderr: '' });
    expect(Object.keys(matrixDigests(make.directory))).toHaveLength(COUNT);
    const local = inputs('local');
    expect(isopress(['matrix', 'run', local.file, '--local', '--jobs', '2', '--quiet']).status).toBe(0);
    expect(matrixDigests(local.directory)).toEqual(matrixDigests(make.directory));

    const array = inputs('slurm');
    const script = join(array.directory, 'array.sh');
    writeFileSync(script, isopress(['matrix', 'print', array.file, '--for', 'slurm']).stdout);
    const state = join(scratch, 'cluster');
    mkdirSync(state);
    const cluster = await startSlurm(state, 3);
    try {
      const job = cluster.submit(script, array.directory, path);
      await untilRunning(cluster, 'n2');
      cluster.kill('n2');
      await untilEmpty(cluster);
      const first = printed(array.directory, job);
      expect(matrixDigests(array.directory)).toEqual(matrixDigests(make.directory));
      expect(first.filter((text) => text.includes('1 built, 0 cached, 0 failed'))).toHaveLength(COUNT);
      const again = cluster.submit(script, array.directory, path);
      await untilEmpty(cluster);
      expect(printed(array.directory, again).filter((text) => text.includes('0 built, 1 cached'))).toHaveLength(COUNT);
      expect(matrixDigests(array.directory)).toEqual(matrixDigests(make.directory));
    } finally {
      await cluster.stop();
    }
  },
);
