// How a tree is prepared for an image: one order, in every writer and in builds.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { fromText, timestamp } from '../../../src/bytes/index.js';
import { bytesSource, quietRun } from '../../../src/io/index.js';
import { readRootTree } from '../../../src/live/build/root-tree.js';
import { scanDirectory } from '../../../src/source/index.js';
import { FileTree, file, fingerprint, prepareTree, readManifest } from '../../../src/tree/index.js';
import { isopress } from '../../support/command.js';
import { scratchDirectory } from '../../support/scratch.js';
import { describeTree } from '../../support/trees.js';

const scratch = scratchDirectory();
const MANIFEST = `
file /d/own text="mine" owner=5:6
file /d/later text="x" mtime=2000000000
remove /gone
`;
const PATTERNS = ['/d', '*.pyc'].map(fromText);
const root = join(scratch, 'root');
mkdirSync(join(root, 'd'), { recursive: true });
for (const path of ['d/a', 'gone', 'kept', 'kept.pyc']) writeFileSync(join(root, path), path);
writeFileSync(join(scratch, 'manifest'), MANIFEST);
const LEFT = ['', 'd', 'd/later', 'd/own', 'kept'];

const open = () => {
  throw new Error('nothing is opened');
};
const source = () => scanDirectory(fromText(root));
const entries = () => readManifest(fromText(MANIFEST), 'manifest');
const preparation = {
  exclude: PATTERNS,
  ownership: { uid: 0, gid: 0 },
  epoch: 1_000_000_000,
  clamp: true,
} as const;

test('a manifest brings back what is excluded, and states owners that stay', async () => {
  const { tree, epoch } = prepareTree(await source(), { ...preparation, manifest: { entries: entries(), open } });
  const found = await describeTree(tree);
  expect([...found.keys()]).toEqual(LEFT);
  expect(found.get('d/own')).toMatchObject({ uid: 5, gid: 6, mtime: timestamp(1_000_000_000) });
  expect(found.get('d/later')).toMatchObject({ uid: 0, mtime: timestamp(1_000_000_000) });
  expect(found.get('kept')).toMatchObject({ uid: 0, gid: 0 });
  expect(epoch).toEqual(timestamp(1_000_000_000));
});

test('epoch and seed come from the tree as it goes into the image', () => {
  const at = (seconds: number) => file(bytesSource(Uint8Array.of(1)), { mtime: timestamp(seconds) });
  const tree = FileTree.of({ old: at(5), newest: at(9) });
  expect(prepareTree(tree, {}).epoch).toEqual(timestamp(9));
  const prepared = prepareTree(tree, { exclude: [fromText('newest')] });
  expect(prepared.epoch).toEqual(timestamp(5));
  expect(prepared.seed).toBe(fingerprint(prepared.tree));
  expect(prepareTree(FileTree.of({ old: at(-5) }, { mtime: timestamp(-5) }), {}).epoch).toEqual(timestamp(0));
});

test.each(['ext4', 'squashfs', 'iso', 'fat', 'erofs'])('%s follows the rule', async (command) => {
  const image = join(scratch, `image.${command}`);
  const options = [
    '--exclude',
    '/d',
    '--exclude',
    '*.pyc',
    '--manifest',
    join(scratch, 'manifest'),
    '--loss',
    'ignore',
  ];
  expect(isopress([command, root, image, ...options])).toMatchObject({ status: 0 });
  const { stdout } = isopress(['ls', '-R', image]);
  const names = stdout.split('\n').map((line) => line.trim().replace(/^\/|\/$/g, ''));
  expect(names.filter((name) => LEFT.includes(name)).sort()).toEqual(LEFT.slice(names.includes('') ? 0 : 1).sort());
  expect(stdout).not.toMatch(/pyc|gone|d\/a/);
});

test('a root image follows the rule, and what it leaves out can still be found for the medium', async () => {
  const options = { ownership: preparation.ownership, manifest: entries(), epoch: 1_000_000_000 };
  const request = { input: { root }, tree: options, description: { directory: '' }, targetDirectory: '' };
  const found = await readRootTree(request, {}, quietRun());
  expect([...(await describeTree(found.without(PATTERNS))).keys()]).toEqual(LEFT);
  expect(found.tree.get('d/a')?.kind).toBe('file');
  const { tree } = prepareTree(await source(), {
    ...preparation,
    clamp: false,
    manifest: { entries: entries(), open },
  });
  expect(await describeTree(found.without(PATTERNS))).toEqual(await describeTree(tree));
});
