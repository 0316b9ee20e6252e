// squashfs × a whole operating system: the root tree that ISOPRESS_TEST_ROOT names, packed and mounted, equals itself.
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { fromText } from '../../src/bytes/text.js';
import { scanDirectory } from '../../src/source/index.js';
import { judge, kernelOracle } from '../support/oracle.js';
import { scratchDirectory } from '../support/scratch.js';
import { writeSquashfs } from '../support/squashfs-images.js';
import { describeDirectory, type EntryDescription } from '../support/trees.js';

const root = process.env['ISOPRESS_TEST_ROOT'];
const dir = scratchDirectory();
const whenGiven = root ? kernelOracle('mount', 'umount', 'getfattr') : test.skip;

/** The facts of an entry that squashfs can keep. */
function kept(entry: EntryDescription): EntryDescription {
  return {
    ...entry,
    mtime: { seconds: entry.mtime.seconds, nanoseconds: 0 },
    xattrs: entry.xattrs.filter((text) => !text.startsWith('system.')),
  };
}

whenGiven('a root tree, packed and mounted, equals its source entry by entry', async () => {
  const image = join(dir, 'root.sqfs');
  const mountPoint = join(dir, 'mnt');
  mkdirSync(mountPoint);
  const layout = await writeSquashfs(await scanDirectory(fromText(root!)), image, { blockSize: 1_048_576 });
  const lost = layout.losses.map(({ code }) => code);
  expect(lost.filter((code) => code !== 'squashfs.mtime-fraction' && code !== 'squashfs.acl')).toEqual([]);
  expect(judge('mount', ['-t', 'squashfs', '-o', 'loop,ro', image, mountPoint])).toMatchObject({ status: 0 });
  try {
    const expected = describeDirectory(root!);
    const found = describeDirectory(mountPoint);
    expect(found.size).toBe(expected.size);
    const different = [...expected].filter(
      ([path, entry]) => JSON.stringify(found.get(path)) !== JSON.stringify(kept(entry)),
    );
    expect(different.slice(0, 10)).toEqual([]);
  } finally {
    expect(judge('umount', [mountPoint])).toMatchObject({ status: 0 });
  }
});
