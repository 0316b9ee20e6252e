// The bytes of ext4 images, layout version 1. A change here is a new layout version, with its reason in the commit.
import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { fromText } from '../../src/bytes/text.js';
import { timestamp } from '../../src/bytes/time.js';
import { planExt4 } from '../../src/format/ext4/index.js';
import { quietRun } from '../../src/io/content.js';
import { bytesSource } from '../../src/io/memory.js';
import { asBytes } from '../../src/io/pieces.js';
import { FileTree } from '../../src/tree/file-tree.js';
import { directory, file, special, symlink } from '../../src/tree/node.js';
import { noise } from '../support/trees.js';

const shared = file(bytesSource(noise(5000, 1)), { mode: 0o755, mtime: timestamp(-1, 500) });
const names = Array.from({ length: 300 }, (_, turn) => [fromText(`service-${turn}.rules`), special('fifo')] as const);
const sparse = new Uint8Array(100_000);
sparse.set(noise(4096, 3), 8192);

const tree = FileTree.of({
  '': directory({ mode: 0o755, mtime: timestamp(1_600_000_000, 1) }),
  'bin/a': shared,
  'bin/b': shared,
  'etc/rules': directory({ uid: 70_000, gid: 5 }, names),
  'etc/link': symlink(fromText('../bin/a')),
  'etc/long': symlink(fromText('x'.repeat(100))),
  'dev/null': special('character-device', { mode: 0o666 }, 1, 3),
  'dev/far': special('block-device', { mode: 0o660 }, 259, 70_000),
  'var/sparse': file({
    ...bytesSource(sparse),
    holes: [
      { at: 0, length: 8192 },
      { at: 12_288, length: 87_712 },
    ],
  }),
  'var/labelled': file(bytesSource(noise(10, 2)), {
    xattrs: [
      { name: fromText('security.capability'), value: noise(20, 4) },
      { name: fromText('user.note'), value: noise(500, 5) },
    ],
  }),
});

test.each([
  ['automatic size', {}, 'c9503597f7e9731571091ef507fc5616c3a93cf42b521425cd8b1ea569d26b6f'],
  [
    'a journal, 40 MiB, label',
    { journal: true, size: 40 * 2 ** 20, label: 'GOLDEN' },
    '3944a3c1aca282e4fbff56a30e207d0f847ddfc605f4a63e0f77023fd1e9d381',
  ],
  ['blocks of 1 KiB', { blockSize: 1024 }, '7e9186ddca1078126d9d25b131d0f727c8f4dfeeac82637900f23cda2b35aec1'],
])('%s', async (_, options, expected) => {
  const plan = planExt4(tree, { seed: 'golden', epoch: timestamp(1_700_000_000), journal: false, ...options });
  const hash = createHash('sha256');
  for await (const bytes of asBytes(plan.pieces(quietRun()))) hash.update(bytes);
  expect(hash.digest('hex')).toBe(expected);
});
