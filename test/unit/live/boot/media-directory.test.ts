// The directory that an edit script may change: what is written into it comes back as it was.
import { mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { fromText, timestamp } from '../../../../src/bytes/index.js';
import { bytesSource, quietRun } from '../../../../src/io/index.js';
import { readDirectory, writeDirectory } from '../../../../src/live/boot/media-directory.js';
import { directory, FileTree, file, symlink } from '../../../../src/tree/index.js';
import { scratchDirectory } from '../../../support/scratch.js';
import { describeTree } from '../../../support/trees.js';

const scratch = scratchDirectory();

test.each([-1_000_000_000, -1, 0, 1, 4_102_444_800])('a time of %i seconds stays, before 1970 too', async (seconds) => {
  const mtime = timestamp(seconds);
  const content = bytesSource(Uint8Array.of(1, 2));
  const tree = FileTree.of(
    { a: file(content, { mtime }), d: directory({ mtime }), 'd/l': symlink(fromText('a'), { mtime }) },
    { mtime },
  );
  const place = join(mkdtempSync(join(scratch, 'media-')), 'tree');
  await writeDirectory(tree, place, quietRun());
  const back = await readDirectory(place, timestamp(5_000_000_000), quietRun());
  for (const [path, entry] of await describeTree(back)) expect([path, entry.mtime]).toEqual([path, mtime]);
});
