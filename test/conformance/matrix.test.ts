// Matrices are run by the programs that they are printed for.
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { isopress, MAIN, startIsopress } from '../support/command.js';
import { judge, oracle } from '../support/oracle.js';
import { validReport } from '../support/reports.js';
import { scratchDirectory } from '../support/scratch.js';
import { type SmallIso, smallIso } from '../support/small-iso.js';
import { hasGrub } from '../support/small-root.js';

const scratch = scratchDirectory();
const small = hasGrub ? smallIso(scratch) : ({} as SmallIso);
const file = join(scratch, 'images.yaml');
const out = join(scratch, 'out');
const index = () => JSON.parse(readFileSync(join(out, 'isopress.matrix.json'), 'utf8')).images as { name: string }[];
if (hasGrub) small.describe('firmware="efi"');
writeFileSync(
  file,
  `target-dir: out
description: description
root: root
initrd: initrd
epoch: 1700000000
level: 1
xattrs: false
name: "{root-filesystem}-{seed}"
axes:
  root-filesystem: [ext4, squashfs]
  seed: [one, it's $HOME]
exclude:
  - {root-filesystem: squashfs, seed: one}
`,
);
// isopress on PATH, as the engines call it.
const bin = join(scratch, 'bin');
mkdirSync(bin);
writeFileSync(join(bin, 'isopress'), `#!/bin/sh\nexec '${process.execPath}' '${MAIN}' "$@"\n`);
chmodSync(join(bin, 'isopress'), 0o755);
const env = { PATH: `${bin}:/usr/sbin:/usr/bin:/sbin:/bin` };
const NAMES = ['ext4-one', 'ext4-it-s-HOME', 'squashfs-it-s-HOME'];

test('a matrix lists its images with the arguments of their builds', () => {
  const { status, stdout } = isopress(['matrix', 'list', file, '--json']);
  expect(status).toBe(0);
  const images = validReport(stdout)['images'] as { name: string; args: string[] }[];
  expect(images.map(({ name }) => name)).toEqual(NAMES);
  expect(images[1]!.args).toEqual(
    expect.arrayContaining(['--root=root', '--no-xattrs', '--level=1', "--seed=it's $HOME", '--root-filesystem=ext4']),
  );
});

const MISTAKES: Readonly<Record<string, readonly [string, number, string]>> = {
  'an option that does not exist': ['rot: x', 3, 'matrix.option'],
  'an axis that nothing uses': ['axes: {flavour: [a]}', 3, 'matrix.option'],
  'a switch with a text': ['clamp-mtime: maybe', 3, 'matrix.value'],
  'a value that its option does not take': ['axes: {compression: [xz, brotli]}', 3, 'matrix.value'],
  'an option that is not for images': ['force: true', 3, 'matrix.option'],
};
test.each(Object.entries(MISTAKES))('%s is found before anything is built', (_, [text, status, code]) => {
  const path = join(scratch, 'mistake.yaml');
  writeFileSync(path, `${text}\n`);
  const ended = isopress(['matrix', 'run', path, '--local']);
  expect(ended).toMatchObject({ status });
  expect(ended.stderr).toContain(`[${code}]`);
});

const REFUSED: Readonly<Record<string, readonly [readonly string[], string]>> = {
  'a number that no image has': [['run', file, '--index', '9'], 'matrix.image'],
  'a name that no image has': [['run', file, '--name', 'other'], 'matrix.image'],
  'an option of another action': [['list', file, '--for', 'make'], 'matrix.option'],
  'two ways to choose images': [['run', file, '--index', '0', '--local'], 'matrix.choice'],
};
test.each(Object.entries(REFUSED))('%s is wrong usage, and makes no directory', (_, [args, code]) => {
  const ended = isopress(['matrix', ...args, ...(args[0] === 'run' ? ['--target-dir', join(scratch, 'unused')] : [])]);
  expect(ended).toMatchObject({ status: 2 });
  expect(ended.stderr).toContain(`[${code}]`);
  expect(existsSync(join(scratch, 'unused'))).toBe(false);
});

oracle('make')('make builds every image, and nothing twice', { timeout: 180_000, skip: !hasGrub }, () => {
  const printed = isopress(['matrix', 'print', file, '--for', 'make']);
  const makefile = join(scratch, 'Makefile');
  writeFileSync(makefile, printed.stdout);
  const made = judge('make', ['-j', '2', '-f', makefile], { cwd: scratch, env });
  expect({ status: made.status, stderr: made.status === 0 ? '' : made.stderr }).toEqual({ status: 0, stderr: '' });
  const first = index();
  expect(first.map(({ name }) => name)).toEqual(NAMES);
  // One image alone, by the script for Slurm; it is what make built.
  const slurm = join(scratch, 'array.sh');
  writeFileSync(slurm, isopress(['matrix', 'print', file, '--for', 'slurm']).stdout);
  expect(readFileSync(slurm, 'utf8')).toContain('#SBATCH --array=0-2\n');
  const task = judge('sh', [slurm], { cwd: scratch, env: { ...env, SLURM_ARRAY_TASK_ID: '1' } });
  expect({ status: task.status, stderr: task.stderr }).toMatchObject({
    status: 0,
    stderr: expect.stringContaining('cached'),
  });
  const again = isopress(['matrix', 'run', file, '--local', '--jobs', '2', '--json', '--quiet']);
  const results = validReport(again.stdout)['results'] as { status: string; sha256: string }[];
  expect(results.map(({ status }) => status)).toEqual(['cached', 'cached', 'cached']);
  expect(results.map(({ sha256 }) => sha256)).toEqual(first.map((image) => (image as { sha256?: string }).sha256));
});

oracle('make')('a run that was ended goes on where it stopped', { timeout: 180_000, skip: !hasGrub }, async () => {
  const target = join(scratch, 'stopped');
  const two = join(scratch, 'two.yaml');
  writeFileSync(
    two,
    readFileSync(file, 'utf8')
      .replace('[ext4, squashfs]', '[ext4]')
      .replace(/exclude:\n.*\n/, ''),
  );
  const child = startIsopress(['matrix', 'run', two, '--local', '--jobs', '1', '--target-dir', target]);
  let text = '';
  let isStopped = false;
  child.stderr!.on('data', (piece) => {
    text += piece;
    if (text.includes('built') && !isStopped) {
      isStopped = true;
      child.kill('SIGTERM');
    }
  });
  const status = await new Promise((settle) => child.on('exit', settle));
  expect(status).toBe(143);
  expect(existsSync(join(target, NAMES[0]!, 'isopress.build.json'))).toBe(true);
  const again = isopress(['matrix', 'run', two, '--local', '--target-dir', target, '--json', '--quiet']);
  const results = validReport(again.stdout)['results'] as { status: string }[];
  expect(results.map(({ status: one }) => one)).toEqual(['cached', 'built']);
});

test('a failing image does not stop the others, and gives its exit code', { timeout: 120_000, skip: !hasGrub }, () => {
  const path = join(scratch, 'failing.yaml');
  writeFileSync(
    path,
    `${readFileSync(file, 'utf8').replace('target-dir: out', 'target-dir: failing')}include:\n  - {root-filesystem: ext4, seed: bad, root: nowhere}\n`,
  );
  const ended = isopress(['matrix', 'run', path, '--local', '--jobs', '2', '--json', '--cache', join(out, '.cache')]);
  const results = validReport(ended.stdout)['results'] as { status: string }[];
  expect(ended.status).toBe(3);
  expect(results.map(({ status }) => status)).toEqual(['cached', 'cached', 'cached', 'failed']);
  const quiet = isopress(['matrix', 'run', path, '--index', '3', '--quiet']);
  expect(quiet).toMatchObject({
    status: 3,
    stdout: '',
    stderr: expect.stringMatching(/FAILED with exit code 3: .*nowhere/),
  });
});

test('GitHub, Kubernetes and BuildKit get one job for each image', () => {
  const printed = (engine: string) => JSON.parse(isopress(['matrix', 'print', file, '--for', engine]).stdout);
  expect(printed('github')).toEqual({ include: NAMES.map((name, i) => ({ index: i, name })) });
  const { spec } = printed('kubernetes');
  expect(spec).toMatchObject({
    completions: 3,
    completionMode: 'Indexed',
    template: { spec: { restartPolicy: 'Never' } },
  });
  expect(spec.podFailurePolicy.rules[0]).toMatchObject({ action: 'FailIndex', onExitCodes: { values: [2, 3] } });
  const { group, target } = printed('bake');
  expect(group.default.targets).toEqual(Object.keys(target));
  expect(Object.values(target).map((one) => (one as { args: object }).args)).toEqual(
    [0, 1, 2].map((i) => ({ INDEX: `${i}` })),
  );
  expect(dirname(file)).toBe(scratch);
});

test('images whose names differ only in characters that BuildKit refuses have different targets', () => {
  const path = join(scratch, 'dotted.yaml');
  writeFileSync(path, 'target-dir: out\nname: "{seed}"\naxes: {seed: [a.b, a_b, c]}\n');
  const { stdout } = isopress(['matrix', 'print', path, '--for', 'bake']);
  expect(Object.keys(JSON.parse(stdout).target)).toEqual(['a_b-0', 'a_b-1', 'c']);
});
