// Digests of files that a cache knows: never those of other bytes, whatever happens to the files.
import { createHash } from 'node:crypto';
import {
  copyFileSync,
  cpSync,
  linkSync,
  mkdirSync,
  readdirSync,
  renameSync,
  rmSync,
  statfsSync,
  statSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { fromText } from '../../../src/bytes/index.js';
import { openFileDigests } from '../../../src/cache/index.js';
import { type KnownDigests, quietRun } from '../../../src/io/index.js';
import { scanDirectory } from '../../../src/source/index.js';
import { shareDuplicates, treeDigest } from '../../../src/tree/index.js';
import { fresh, opened } from '../../support/cached-images.js';

/** Long after the files of a test were made. */
const LATER = Date.now() + 10_000_000;
const run = quietRun();
/** ext4, xfs, btrfs, tmpfs and overlayfs. */
const isTrusted = [0xef53, 0x58465342, 0x9123683e, 0x01021994, 0x794c7630].includes(statfsSync(fresh()).type);
const local = test.skipIf(!isTrusted);

function makeRoot(): string {
  const root = fresh();
  mkdirSync(join(root, 'sub'));
  const contents = { a: 'first', b: 'other', 'sub/c': 'first', large: 'x'.repeat(300_000), holes: '', empty: '' };
  for (const [name, text] of Object.entries(contents)) writeFileSync(join(root, name), text);
  truncateSync(join(root, 'holes'), 1 << 20);
  linkSync(join(root, 'large'), join(root, 'link'));
  return root;
}

/** The key of a directory by the digests in a cache, and how many of its files were read. */
async function keyed(root: string, place: string, now = LATER) {
  const { cache } = await opened(place);
  const digests = await openFileDigests(cache, { directory: root, now });
  let read = 0;
  const known: KnownDigests | undefined = digests && {
    prepare: (contents) => digests.prepare(contents),
    find: (content, name) => digests.find(content, name),
    learn: (...learned) => {
      read++;
      digests.learn(...learned);
    },
  };
  const key = await treeDigest(await scanDirectory(fromText(root)), run, known);
  await digests?.keep();
  await cache.close();
  return { key, read };
}

const plain = async (root: string) => treeDigest(await scanDirectory(fromText(root)), run);
/** Another text of the same length, with the times of the file before. */
function rewrite(path: string, text: string): void {
  const { atime, mtime } = statSync(path);
  writeFileSync(path, text);
  utimesSync(path, atime, mtime);
}

local('files that have not changed are not read again', async () => {
  const [root, place] = [makeRoot(), fresh()];
  const key = await plain(root);
  expect(await keyed(root, place)).toEqual({ key, read: 5 });
  expect(await keyed(root, place)).toEqual({ key, read: 0 });
  rewrite(join(root, 'a'), 'fIrst');
  expect(await keyed(root, place)).toEqual({ key: await plain(root), read: 1 });
  expect(await keyed(root, place)).toEqual({ key: await plain(root), read: 0 });
});

const CHANGES: Readonly<Record<string, (root: string) => void>> = {
  'rewritten with its old times': (root) => rewrite(join(root, 'a'), 'FIRST'),
  'replaced by another file with its times': (root) => {
    const { atime, mtime } = statSync(join(root, 'a'));
    writeFileSync(join(root, 'new'), 'FIRST');
    utimesSync(join(root, 'new'), atime, mtime);
    renameSync(join(root, 'new'), join(root, 'a'));
  },
  'exchanged with a file of its size': (root) => {
    renameSync(join(root, 'a'), join(root, 'x'));
    renameSync(join(root, 'b'), join(root, 'a'));
    renameSync(join(root, 'x'), join(root, 'b'));
  },
  'removed and made again': (root) => {
    rmSync(join(root, 'a'));
    writeFileSync(join(root, 'a'), 'FIRST');
  },
  'written to at its end and cut off': (root) => {
    writeFileSync(join(root, 'a'), 'FIRST and more');
    truncateSync(join(root, 'a'), 5);
  },
  'in a directory that was copied': (root) => {
    cpSync(join(root, 'sub'), join(root, 'copy'), { recursive: true, preserveTimestamps: true });
    rmSync(join(root, 'sub'), { recursive: true });
    renameSync(join(root, 'copy'), join(root, 'sub'));
    writeFileSync(join(root, 'sub/c'), 'FIRST');
  },
};
local.each(Object.entries(CHANGES))('a file that is %s counts as what it is now', async (_, change) => {
  const [root, place] = [makeRoot(), fresh()];
  await keyed(root, place);
  change(root);
  expect((await keyed(root, place)).key).toBe(await plain(root));
});

local('a file that changed just before a run is read in the next one too', async () => {
  const [root, place] = [makeRoot(), fresh()];
  expect((await keyed(root, place, Date.now())).read).toBe(5);
  expect((await keyed(root, place, Date.now())).read).toBe(5);
  expect((await keyed(root, place)).read).toBe(5);
  expect((await keyed(root, place)).read).toBe(0);
});

local('equal files are found by known digests, in the same order', async () => {
  const [root, place] = [makeRoot(), fresh()];
  copyFileSync(join(root, 'b'), join(root, 'z'));
  await keyed(root, place);
  writeFileSync(join(root, 'b2'), 'other');
  const { cache } = await opened(place);
  const known = await openFileDigests(cache, { directory: root, now: LATER });
  const shared = async (digests: KnownDigests | undefined) => {
    const tree = await shareDuplicates(await scanDirectory(fromText(root)), run, { known: digests });
    const contents = ['a', 'b', 'b2', 'z', 'sub/c', 'large', 'link'].map((name) => {
      const node = tree.get(name);
      return node?.kind === 'file' ? node.content : undefined;
    });
    return contents.map((content) => contents.indexOf(content));
  };
  expect(await shared(known)).toEqual(await shared(undefined));
  expect(await shared(known)).toEqual([0, 1, 1, 1, 0, 5, 5]);
  await cache.close();
});

local.each(['cas', 'ac'])('damage in %s makes files be read', async (folder) => {
  const [root, place] = [makeRoot(), fresh()];
  const { key } = await keyed(root, place);
  for (const name of readdirSync(join(place, folder))) writeFileSync(join(place, folder, name), 'damaged');
  expect(await keyed(root, place)).toEqual({ key, read: 5 });
  expect(await keyed(root, place)).toEqual({ key, read: 0 });
});

test('digests are not taken from a server or another kind of file system, and not given to one', async () => {
  const root = makeRoot();
  const { cache } = await opened(fresh(), true);
  expect(await openFileDigests(cache, { directory: root, now: LATER })).toBeUndefined();
  expect(await openFileDigests((await opened(fresh())).cache, { directory: '/proc', now: LATER })).toBeUndefined();
  expect(await openFileDigests((await opened(fresh())).cache, { directory: '/nowhere', now: LATER })).toBeUndefined();
});

local('a table of many files has the digest of each', async () => {
  const [root, place] = [fresh(), fresh()];
  for (let i = 0; i < 700; i++) writeFileSync(join(root, `f${i}`), `content ${i}`);
  const { cache } = await opened(place);
  const digests = (await openFileDigests(cache, { directory: root, now: LATER }))!;
  const tree = await scanDirectory(fromText(root));
  const sha256 = (i: number) => createHash('sha256').update(`content ${i}`).digest();
  const contentOf = (i: number) => {
    const node = tree.get(`f${i}`)!;
    if (node.kind !== 'file') throw new Error('not a file');
    return node.content;
  };
  for (let i = 0; i < 700; i++) digests.learn(contentOf(i), 'sha256', sha256(i));
  for (let i = 0; i < 700; i++) expect(Buffer.from(digests.find(contentOf(i), 'sha256')!).equals(sha256(i))).toBe(true);
  expect(digests.find(contentOf(3), 'identity')).toBeUndefined();
  expect(digests.find(contentOf(3), 'sha512')).toBeUndefined();
  await cache.close();
});
