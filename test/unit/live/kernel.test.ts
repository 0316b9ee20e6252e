// Which of several kernels a medium boots, by the order of KIWI.
import { expect, test } from 'vitest';
import { bytesSource } from '../../../src/io/index.js';
import { findKernel } from '../../../src/live/plan/kernel.js';
import { FileTree, file } from '../../../src/tree/index.js';

const tree = (...paths: readonly string[]) =>
  FileTree.of(Object.fromEntries(paths.map((path) => [path, file(bytesSource(new TextEncoder().encode(path)))])));

const several = tree(
  'boot/vmlinuz-6.1.0-9-amd64',
  'boot/vmlinuz-6.1.0-10-amd64',
  'boot/vmlinux-5.10.0-1',
  'boot/Image-4.19.0',
  'lib/modules/6.1.0-9-amd64/modules.dep',
  'lib/modules/6.1.0-10-amd64/modules.dep',
  'lib/modules/5.10.0-1/modules.dep',
  'lib/modules/4.19.0/modules.dep',
);

test('up to kiwi-10 the kind of image counts first, then the version as text', () => {
  expect(findKernel(several).path).toBe('boot/Image-4.19.0');
  const two = tree('boot/vmlinux-5.10.0-1', 'lib/modules/5.10.0-1/a', 'usr/lib/modules/6.1.0/vmlinuz');
  expect(findKernel(two).path).toBe('usr/lib/modules/6.1.0/vmlinuz');
  const alike = tree(
    'boot/vmlinuz-6.1.0-9',
    'boot/vmlinuz-6.1.0-10',
    'lib/modules/6.1.0-9/a',
    'lib/modules/6.1.0-10/a',
  );
  expect(findKernel(alike).version).toBe('6.1.0-10');
});

test('from kiwi-11 on the newest version boots, under any name of its image', () => {
  expect(findKernel(several, { newestFirst: true }).version).toBe('6.1.0-10-amd64');
});

test.each([
  ['6.1.0-10', '6.1.0-9'],
  ['6.10.0', '6.9.12'],
  ['6.1.0-rt5', '6.1.0'],
  ['6.1.0-5', '6.1.0-rt5'],
  ['6.1.0-1.fc40', '6.1.0-1.fc39'],
  ['6.1.10000000000000000001', '6.1.10000000000000000000'],
])('%s is newer than %s', (newer, older) => {
  const paths = [newer, older].flatMap((version) => [`boot/vmlinuz-${version}`, `lib/modules/${version}/modules.dep`]);
  expect(findKernel(tree(...paths), { newestFirst: true }).version).toBe(newer);
  expect(findKernel(tree(...paths.reverse()), { newestFirst: true }).version).toBe(newer);
});
