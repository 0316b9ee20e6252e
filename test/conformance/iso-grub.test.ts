// GRUB's own drivers as judges: files on the disc, in partition 1, and in the ESP inside the disc.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { crc32 } from '../../src/bytes/index.js';
import { planDisc } from '../../src/disc/index.js';
import type { ExactContent } from '../../src/io/content.js';
import { foreignEsp, liveOptions, mediaTree, openContent, writeDisc } from '../support/discs.js';
import { judge, oracle } from '../support/oracle.js';
import { scratchDirectory } from '../support/scratch.js';
import { noise } from '../support/trees.js';

const scratch = scratchDirectory();
const payload = noise(700_001, 2);

let esp: ExactContent | undefined;

for (const table of ['mbr', 'gpt'] as const) {
  oracle(
    'grub-fstest',
    'mkfs.vfat',
    'mcopy',
  )(`GRUB reads disc, partition and ESP: ${table}`, async () => {
    esp ??= foreignEsp(scratch);
    const plan = planDisc(mediaTree(openContent(payload, 1e9)), liveOptions(table, esp));
    const disc = await writeDisc(plan, join(scratch, `${table}.iso`));
    const host = join(scratch, 'payload');
    writeFileSync(host, payload);
    const name = table === 'mbr' ? 'msdos' : 'gpt';
    for (const root of ['loop0', `loop0,${name}1`]) {
      const { status, stderr } = judge('grub-fstest', ['-r', root, disc, 'cmp', '/LiveOS/squashfs.img', host]);
      expect(status, `${root}: ${stderr}`).toBe(0);
    }
    const sum = judge('grub-fstest', [disc, 'crc', '/LiveOS/squashfs.img']).stdout.trim();
    expect(Number.parseInt(sum, 16)).toBe(crc32(payload));
    expect(judge('grub-fstest', [disc, 'ls', '/boot/']).stdout.trim().split(/\s+/).sort()).toEqual([
      '0x1a2b3c4d',
      'grub2/',
      'mbrid',
      'x86_64/',
    ]);
    const loader = judge('grub-fstest', [
      '-r',
      `loop0,${name}2`,
      disc,
      'cmp',
      '/EFI/BOOT/BOOTX64.EFI',
      join(scratch, 'bootx64.efi'),
    ]);
    expect(loader.status, loader.stderr).toBe(0);
  });
}
