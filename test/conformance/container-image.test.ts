// The container image, built by buildah and run by podman without any privilege. It takes minutes, so it runs only if asked for:
//   bash scripts/debian-packages.sh engines
//   ISOPRESS_CONTAINER=1 npx vitest run --project conformance container-image
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { isopress } from '../support/command.js';
import { buildContainer, CONTAINER_TOOLS, type Container, makeBase } from '../support/container.js';
import { COUNT, matrixDigests, matrixInputs, prepareMatrix } from '../support/matrix-of-24.js';
import { oncePerMachine } from '../support/once.js';
import { kernelOracle } from '../support/oracle.js';
import { scratchDirectory } from '../support/scratch.js';
import { hasGrub } from '../support/small-root.js';

/** Nobody's, and another that no file of the image names. */
const USERS = ['65534:65534', '4321:4321'] as const;
const MINUTES = 60_000;
const isAsked = Boolean(process.env['ISOPRESS_CONTAINER']) && hasGrub;
const container = isAsked ? kernelOracle(...CONTAINER_TOOLS) : test.skip;
const scratch = scratchDirectory();
let image: Container | undefined;

beforeAll(async () => {
  if (!isAsked) return;
  prepareMatrix(scratch);
  const base = await oncePerMachine('container-base-trixie', makeBase);
  mkdirSync(join(scratch, 'image'));
  image = buildContainer(join(scratch, 'image'), join(base, 'base.tar'));
}, 20 * MINUTES);
afterAll(() => image?.remove());

function pressed(directory: string): string {
  const name = readdirSync(directory).find((one) => one.endsWith('.iso'))!;
  return createHash('sha256')
    .update(readFileSync(join(directory, name)))
    .digest('hex');
}

container.each(USERS)('user %s presses the ISO that is pressed outside', { timeout: 5 * MINUTES }, (user) => {
  const { directory } = matrixInputs(scratch, `as-${user.split(':')[0]}`);
  execFileSync('tar', ['-C', join(directory, 'root-x86_64'), '-cf', join(directory, 'root.tar'), '.']);
  for (const name of ['inside', 'outside']) mkdirSync(join(directory, name));
  execFileSync('chown', ['-R', user, directory]);
  const args = (target: string) => [
    ...['build', '--description', 'description-x86_64', '--root', 'root.tar', '--initrd', 'initrd'],
    ...['--target-dir', target, '--epoch', '1700000000', '--quiet'],
  ];
  expect(isopress(args('outside'), { cwd: directory })).toMatchObject({ status: 0 });
  expect(image!.run(directory, user, args('inside'))).toMatchObject({ status: 0, stderr: '' });
  expect(pressed(join(directory, 'inside'))).toBe(pressed(join(directory, 'outside')));
});

container(`${COUNT} images of a matrix are those that are pressed outside`, { timeout: 15 * MINUTES }, () => {
  const outside = matrixInputs(scratch, 'outside');
  expect(isopress(['matrix', 'run', outside.file, '--local', '--jobs', '2', '--quiet']).status).toBe(0);
  const inside = matrixInputs(scratch, 'inside');
  execFileSync('chown', ['-R', USERS[1], inside.directory]);
  execFileSync('chown', ['-R', '0:0', ...['root-x86_64', 'root-i386'].map((name) => join(inside.directory, name))]);
  const args = ['matrix', 'run', 'images.yaml', '--local', '--jobs', '2', '--quiet'];
  expect(image!.run(inside.directory, USERS[1], args)).toMatchObject({ status: 0 });
  expect(matrixDigests(inside.directory)).toEqual(matrixDigests(outside.directory));
  expect(Object.keys(matrixDigests(inside.directory))).toHaveLength(COUNT);
});
