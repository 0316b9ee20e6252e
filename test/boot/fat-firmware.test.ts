// The FAT driver that matters for an ESP is the firmware's: EDK2 lists and reads our volumes and says so on the serial port.
// Its shell runs startup.nsh from a volume without partition table. One case in every run, all of them by npm run test:boot.
import { join } from 'node:path';
import { describe, expect } from 'vitest';
import { fromText } from '../../src/bytes/text.js';
import { timestamp } from '../../src/bytes/time.js';
import { type FatOptions, planFat } from '../../src/format/fat/index.js';
import { quietRun } from '../../src/io/content.js';
import { fileTarget } from '../../src/io/file-target.js';
import { bytesSource } from '../../src/io/memory.js';
import { writeImage } from '../../src/io/write-image.js';
import { FileTree } from '../../src/tree/file-tree.js';
import { file } from '../../src/tree/node.js';
import { oracle, oraclesRequired } from '../support/oracle.js';
import { bootUntil, missingForBoot } from '../support/qemu.js';
import { scratchDirectory } from '../support/scratch.js';

const scratch = scratchDirectory();
const END = 'isopress: listed and read';
const mtime = timestamp(Date.parse('2023-11-14T22:13:20Z') / 1000);
const text = (lines: readonly string[]) => file(bytesSource(Buffer.from(`${lines.join('\r\n')}\r\n`)), { mtime });

// Long enough for several clusters, every line its own.
const LINES = Array.from({ length: 60 }, (_, i) => `line ${i} of a text ${'.'.repeat(60)} ${i * i}`);
const SCRIPT = [
  '@echo -off',
  'fs0:',
  'ls -r',
  'type "A longer directory name\\some words.text"',
  'comp EFI\\BOOT\\bootx64.efi "A longer directory name\\some words.text"',
  `echo ${END}`,
  'reset -s',
];
const TREE = FileTree.of(
  {
    'startup.nsh': text(SCRIPT),
    'A longer directory name/some words.text': text(LINES),
    'EFI/BOOT/bootx64.efi': text(LINES),
    'EFI/BOOT/GRUB.CFG': text([]),
  },
  { mtime },
);

type Case = [name: string, options: Partial<FatOptions>, sectorSize: 512 | 4096];
const CASES: Case[] = [
  ['FAT16 of 20 MiB', { size: 20 * 1024 * 1024 }, 512],
  ['FAT12', {}, 512],
  ['FAT32', { type: 32 }, 512],
  ['FAT16, sectors of 4096 bytes', { type: 16, sectorSize: 4096 }, 4096],
];
const chosen = process.env['ISOPRESS_BOOT'] === 'all' ? CASES : CASES.slice(0, 1);

// biome-ignore lint/suspicious/noControlCharactersInRegex: escape sequences start with a control character
const ESCAPE_SEQUENCE = /\u001b\[[0-9;]*[A-Za-z]/g;

/** Serial output as lines of text: no escape sequences, no padding. */
function shown(log: string): string[] {
  const lines = log.replace(ESCAPE_SEQUENCE, '').split(/[\r\n]+/);
  return lines.map((line) => line.trim().replace(/\s+/g, ' '));
}

describe('the UEFI firmware reads', () => {
  const ready = oraclesRequired || missingForBoot('uefi').length === 0;
  const check = ready ? oracle('qemu-system-x86_64') : oracle('qemu-system-x86_64').skip;
  for (const [name, options, sectorSize] of chosen) {
    check(name, async () => {
      const image = join(scratch, `${name.replaceAll(/\W+/g, '-')}.img`);
      const plan = planFat(TREE, { seed: 'firmware', epoch: mtime, label: 'ESP', ...options });
      await writeImage(plan, fileTarget(fromText(image)), quietRun());
      const machine = { image, as: 'disk', firmware: 'uefi', memory: 256, sectorSize } as const;
      const lines = shown((await bootUntil(machine, `\n${END}`, 120)).log);
      expect(lines).toEqual(expect.arrayContaining(LINES));
      expect(lines).toContain('[no differences encountered]');
      for (const entry of ['A longer directory name', 'EFI', 'BOOT', 'bootx64.efi', 'GRUB.CFG', 'some words.text']) {
        const line = lines.find((candidate) => candidate.endsWith(` ${entry}`));
        expect(line, entry).toMatch(/^11\/14\/2023 22:13 /);
      }
    });
  }
});
