// Random labels of every format: blkid, and for FAT mlabel and fsck.fat, read what was written, and `info` what others write.
import { rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect } from 'vitest';
import { fromText, timestamp } from '../../src/bytes/index.js';
import { planDisc } from '../../src/disc/index.js';
import { UsageError } from '../../src/errors.js';
import { planErofs } from '../../src/format/erofs/index.js';
import { planExt4 } from '../../src/format/ext4/index.js';
import { planFat } from '../../src/format/fat/index.js';
import { inspectImage } from '../../src/image/index.js';
import { collect, type ExactContent, openImageFile, quietRun } from '../../src/io/index.js';
import { FileTree } from '../../src/tree/index.js';
import { judge, oracle } from '../support/oracle.js';
import fc, { runs } from '../support/random.js';
import { scratchDirectory } from '../support/scratch.js';

const RUNS = { numRuns: runs(40) };
const scratch = scratchDirectory();
const image = join(scratch, 'image');
const MIB = 1024 * 1024;
const common = { epoch: timestamp(1_700_000_000), seed: 's' };
const EMPTY_TREE = FileTree.of({});

/** The label as blkid reads it. The form for udev spells every character that is not plain as its bytes. */
function byBlkid(): string {
  const { stdout } = judge('blkid', ['-p', '-o', 'udev', image]);
  const encoded = /^ID_FS_LABEL_ENC=(.*)$/m.exec(stdout)?.[1] ?? '';
  const bytes = encoded.replace(/\\x([0-9a-f]{2})/g, (_, hex) => String.fromCharCode(Number.parseInt(hex, 16)));
  return Buffer.from(bytes, 'latin1').toString('utf8');
}

/** The label in the report of `info` for the last file system of the image, which is UDF on a disc that has both. */
async function byInfo(): Promise<string> {
  const source = await openImageFile(fromText(image));
  try {
    const { fileSystems } = await inspectImage(source);
    return fileSystems.filter(({ where }) => where === 'whole image').at(-1)!.label ?? '';
  } finally {
    await source.close();
  }
}

function emptyFile(size: number): void {
  rmSync(image, { force: true });
  writeFileSync(image, '');
  truncateSync(image, size);
}

/** Letters, signs that shells and parsers treat, blanks at both ends, and characters of two to four bytes. */
const character = fc.oneof(
  { weight: 4, arbitrary: fc.integer({ min: 0x20, max: 0x7e }).map((code) => String.fromCharCode(code)) },
  { weight: 1, arbitrary: fc.constantFrom('ä', 'ß', 'é', '中', '\u{1f4bf}', '"', '\\', '$', '`', "'", ' ', '-', '%') },
);
const label = fc.string({ unit: character, maxLength: 34 });
const ascii = (maxLength: number) =>
  fc.string({ unit: fc.integer({ min: 0x21, max: 0x7e }).map((code) => String.fromCharCode(code)), maxLength });

interface Format {
  plan(text: string): ExactContent | Promise<ExactContent>;
  /** The label as the format stores it. */
  stored(text: string): string;
}

const disc = (text: string, options: object = {}) =>
  planDisc(EMPTY_TREE, { ...common, volumeId: text, ...options }) as ExactContent;

const FORMATS: Readonly<Record<string, Format>> = {
  ext4: { plan: (text) => planExt4(EMPTY_TREE, { ...common, label: text, size: 2 * MIB }), stored: (text) => text },
  erofs: {
    plan: (text) => planErofs(EMPTY_TREE, { ...common, label: text }) as ExactContent,
    stored: (text) => text,
  },
  fat12: { plan: (text) => planFat(EMPTY_TREE, { ...common, label: text, size: MIB }), stored: capitals },
  fat32: {
    plan: (text) => planFat(EMPTY_TREE, { ...common, label: text, type: 32, size: 40 * MIB }),
    stored: capitals,
  },
  'iso 9660': { plan: (text) => disc(text, { joliet: false }), stored: (text) => text },
  'iso 9660 with joliet': { plan: (text) => disc(text), stored: (text) => text },
  'a bridge disc': { plan: (text) => disc(text, { udf: '2.01' }), stored: (text) => text },
  'udf alone': { plan: (text) => disc(text, { udf: '2.01', iso9660: false }), stored: (text) => text },
};

function capitals(text: string): string {
  return text.toUpperCase();
}

describe.each(Object.entries(FORMATS))('%s', (name, { plan, stored }) => {
  const judges = name.startsWith('fat') ? ['blkid', 'mlabel', 'fsck.fat'] : ['blkid'];
  oracle(...judges)('a label is refused, or read as it was given', async () => {
    let written = 0;
    await fc.assert(
      fc.asyncProperty(fc.oneof(label, ascii(11)), async (text) => {
        let planned: ExactContent;
        try {
          planned = await plan(text);
        } catch (error) {
          expect(error).toBeInstanceOf(UsageError);
          return;
        }
        writeFileSync(image, await collect(planned, quietRun()));
        // Padding is blanks in most formats, so blanks at the end are not told apart, and blkid drops them everywhere.
        const expected = stored(text).trimEnd();
        expect([text, byBlkid()]).toEqual([text, expected]);
        expect([text, (await byInfo()).trimEnd()]).toEqual([text, expected]);
        if (judges.length > 1) judgeFat(expected);
        written++;
      }),
      RUNS,
    );
    expect(written).toBeGreaterThan(0);
  });
});

function judgeFat(expected: string): void {
  const shown = judge('mlabel', ['-s', '-i', image, '::']).stdout;
  expect(shown).toContain(expected === '' ? 'has no label' : `Volume label is ${expected.padEnd(11).trimEnd()}`);
  // It tells of labels that differ or that it would not take.
  expect(judge('fsck.fat', ['-n', image])).toMatchObject({ status: 0, stdout: expect.not.stringMatching(/label/i) });
}

describe('what others write is shown as blkid shows it', () => {
  const asBlkid = (make: (text: string) => number) => async (text: string) => {
    // A maker refuses some labels.
    if (make(text) !== 0) return;
    expect([text, (await byInfo()).trimEnd()]).toEqual([text, byBlkid()]);
  };
  const makers: readonly [string, fc.Arbitrary<string>, (text: string) => number][] = [
    [
      'mke2fs',
      label,
      (text) => {
        emptyFile(2 * MIB);
        return judge('mke2fs', ['-q', '-F', '-L', text, image]).status;
      },
    ],
    [
      'mkfs.vfat',
      ascii(11),
      (text) => {
        emptyFile(MIB);
        return judge('mkfs.vfat', ['-n', text, image]).status;
      },
    ],
    [
      'mkfs.erofs',
      ascii(16),
      (text) => {
        rmSync(image, { force: true });
        return judge('mkfs.erofs', ['-L', text, image, scratchTree]).status;
      },
    ],
    [
      'genisoimage',
      ascii(32),
      (text) => judge('genisoimage', ['-quiet', '-J', '-R', '-V', text, '-o', image, scratchTree]).status,
    ],
    [
      'xorriso',
      ascii(32),
      (text) => judge('xorriso', ['-as', 'mkisofs', '-quiet', '-J', '-V', text, '-o', image, scratchTree]).status,
    ],
    [
      'mkudffs',
      label,
      (text) => {
        emptyFile(4 * MIB);
        return judge('mkudffs', ['--utf8', `--label=${text}`, image]).status;
      },
    ],
  ];
  const scratchTree = join(scratch, 'tree');
  for (const [tool, texts, make] of makers) {
    oracle(tool, 'blkid')(tool, async () => {
      judge('mkdir', ['-p', scratchTree]);
      await fc.assert(fc.asyncProperty(texts, asBlkid(make)), RUNS);
    });
  }
});
