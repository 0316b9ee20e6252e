// Labels and identifiers of every format: blkid is the judge.
import { execFileSync } from 'node:child_process';
import { mkdirSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect } from 'vitest';
import { fromText } from '../../src/bytes/index.js';
import { inspectImage } from '../../src/image/index.js';
import { openImageFile } from '../../src/io/index.js';
import { isopress } from '../support/command.js';
import { erofsUtilsOf, NEWER_RELEASE } from '../support/erofs-utils.js';
import { judge, oracle } from '../support/oracle.js';
import { scratchDirectory } from '../support/scratch.js';

const scratch = scratchDirectory();
const [image, tree] = [join(scratch, 'image'), join(scratch, 'tree')];
const MIB = 1024 * 1024;

beforeAll(() => {
  mkdirSync(tree);
  writeFileSync(join(tree, 'file'), 'text');
});

function empty(size: number): void {
  rmSync(image, { force: true });
  writeFileSync(image, '');
  truncateSync(image, size);
}

/** The output of blkid, without the quoting of its exports. */
function judged(): { label?: string; uuid?: string } {
  const value = (tag: string) => {
    const args = ['-p', '-o', 'value', '-s', tag, image];
    return Buffer.from(judge('blkid', args).stdout, 'latin1').toString().replace(/\n$/, '');
  };
  const [label, uuid] = [value('LABEL'), value('UUID')];
  return { ...(label === '' ? {} : { label }), ...(uuid === '' ? {} : { uuid }) };
}

/** The last file system of the whole image in the report of `info`: UDF of a disc that has both, as for blkid. */
async function ours(): Promise<{ label?: string; uuid?: string }> {
  const source = await openImageFile(fromText(image));
  try {
    const { fileSystems } = await inspectImage(source);
    const { label, uuid } = fileSystems.filter(({ where }) => where === 'whole image').at(-1)!;
    return { ...(label === undefined ? {} : { label }), ...(uuid === undefined ? {} : { uuid }) };
  } finally {
    await source.close();
  }
}

describe('FAT', () => {
  for (const type of ['12', '16', '32']) {
    for (const label of ['', 'LABEL', 'TWO WORDS', 'ELEVENCHARS']) {
      oracle('mkfs.vfat', 'blkid')(`FAT${type}, "${label}"`, async () => {
        empty(type === '12' ? 4 * MIB : 40 * MIB);
        judge('mkfs.vfat', ['-F', type, ...(label === '' ? [] : ['-n', label]), image]);
        expect(await ours()).toEqual(judged());
        expect((await ours()).label ?? '').toBe(label);
      });
    }
  }
  oracle(
    'mkfs.vfat',
    'mlabel',
    'blkid',
  )('changed and removed afterwards', async () => {
    empty(40 * MIB);
    judge('mkfs.vfat', ['-n', 'FIRST', image]);
    for (const [option, label] of [
      ['::SECOND', 'SECOND'],
      ['::', undefined],
    ] as const) {
      judge('mlabel', ['-i', image, ...(label === undefined ? ['-c'] : []), option]);
      expect(await ours()).toEqual(judged());
      expect((await ours()).label).toBe(label);
    }
  });
  oracle('mkfs.vfat', 'blkid')("where boot sector and root directory differ, the directory's", async () => {
    empty(4 * MIB);
    judge('mkfs.vfat', ['-n', 'DIRECTORY', image]);
    execFileSync('dd', [`of=${image}`, 'bs=1', 'seek=43', 'conv=notrunc', 'status=none'], { input: 'BOOTSECTOR ' });
    expect(await ours()).toEqual(judged());
    expect((await ours()).label).toBe('DIRECTORY');
    expect(isopress(['info', image]).stdout).toContain('boot sector label: BOOTSECTOR');
  });
});

describe('ext4', () => {
  for (const label of ['', 'label', 'two words', 'sixteen-bytes-la']) {
    oracle('mke2fs', 'blkid')(`"${label}"`, async () => {
      empty(8 * MIB);
      judge('mke2fs', ['-q', '-F', '-t', 'ext4', '-L', label, image]);
      expect(await ours()).toEqual(judged());
    });
  }
});

describe('EROFS', () => {
  for (const label of ['', 'label', 'two words', 'fifteen-bytes-x', 'sixteen-bytes-la']) {
    oracle('blkid')(`"${label}", of our own`, async () => {
      const options = ['--force', '--quiet', '--label', label];
      expect(isopress(['erofs', tree, image, ...options])).toMatchObject({ status: 0 });
      expect(await ours()).toEqual(judged());
      expect((await ours()).label ?? '').toBe(label);
    });
    if (label.length > 15) continue;
    oracle('blkid')(`"${label}", of mkfs.erofs`, async (context) => {
      // Debian 12's has no labels.
      const newer = await erofsUtilsOf(NEWER_RELEASE);
      if (!newer) return context.skip('it cannot be had here');
      rmSync(image, { force: true });
      expect(newer.run('mkfs.erofs', ['--quiet', ...(label === '' ? [] : ['-L', label]), image, tree]).status).toBe(0);
      expect(await ours()).toEqual(judged());
    });
  }
});

describe('discs', () => {
  for (const label of ['', 'LABEL', 'two words', 'x'.repeat(32)]) {
    for (const options of [['-R'], ['-J', '-R'], ['-udf'], ['-udf', '-J', '-R']]) {
      oracle('genisoimage', 'blkid')(`genisoimage ${options.join(' ')}, "${label}"`, async () => {
        judge('genisoimage', ['-quiet', ...options, '-V', label, '-o', image, tree]);
        expect(await ours()).toEqual(judged());
      });
    }
  }
  for (const set of ['0123456789abcdefrest', 'ABCDEF01 Z2345678', 'short', 'xyz0123456789abc']) {
    for (const revision of ['1.02', '1.50', '2.01']) {
      oracle('mkudffs', 'blkid')(`UDF ${revision}, volume set "${set}"`, async () => {
        empty(8 * MIB);
        judge('mkudffs', [`--fullvsid=${set}`, `--udfrev=${revision}`, '--label=A label', image]);
        expect(await ours()).toEqual(judged());
      });
    }
  }
});
