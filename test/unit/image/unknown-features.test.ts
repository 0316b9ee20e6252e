// A file system with features that are not known is not damaged: its other fields may mean something else.
import { describe, expect, test } from 'vitest';
import { timestamp } from '../../../src/bytes/time.js';
import { openErofs, planErofs } from '../../../src/format/erofs/index.js';
import { openExt4, planExt4 } from '../../../src/format/ext4/index.js';
import { quietRun } from '../../../src/io/content.js';
import { bytesSource, collect } from '../../../src/io/memory.js';
import { FileTree } from '../../../src/tree/file-tree.js';

const epoch = timestamp(1_700_000_000);
const CODES = { ext4: 'ext4.not-read', erofs: 'erofs.feature' } as const;
const OPEN = { ext4: openExt4, erofs: openErofs } as const;
const INCOMPATIBLE = { ext4: 1024 + 0x60, erofs: 1024 + 80 } as const;
const plans = {
  // Without checksums, which would be right only by chance.
  ext4: () => planExt4(FileTree.of({}), { seed: 's', epoch, journal: false, features: '^metadata_csum' }),
  erofs: () => planErofs(FileTree.of({}), { seed: 's', epoch }),
};

/** The superblock's fields that would make a reader call the image damaged if it looked at them first. */
const ALSO_WRONG: Readonly<Record<keyof typeof plans, Readonly<Record<string, number>>>> = {
  ext4: { 'too many blocks': 1024 + 0x4, 'blocks of 2^31 bytes': 1024 + 0x18, 'no inodes in a group': 1024 + 0x28 },
  erofs: { 'too many blocks': 1024 + 36 },
};

describe.each(Object.keys(plans) as (keyof typeof plans)[])('%s', (kind) => {
  const opened = async (change: (view: DataView) => void) => {
    const bytes = await collect(plans[kind](), quietRun());
    change(new DataView(bytes.buffer, bytes.byteOffset));
    return OPEN[kind](bytesSource(bytes));
  };
  const unknown = (view: DataView) => {
    if (kind === 'erofs') view.setUint32(1024 + 8, view.getUint32(1024 + 8, true) & ~1, true);
    view.setUint32(INCOMPATIBLE[kind], view.getUint32(INCOMPATIBLE[kind], true) | 0x8000_0000, true);
  };

  test('a feature that is not known is named', async () => {
    await expect(opened(unknown)).rejects.toMatchObject({ name: 'UnsupportedError', code: CODES[kind] });
  });
  test.each(Object.entries(ALSO_WRONG[kind]))('and looked at before %s', async (_, at) => {
    const change = (view: DataView) => {
      unknown(view);
      view.setUint32(at, 0x7fff_ffff, true);
    };
    await expect(opened(change)).rejects.toMatchObject({ name: 'UnsupportedError', code: CODES[kind] });
  });
});
