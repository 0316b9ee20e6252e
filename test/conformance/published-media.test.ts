// Media as their projects publish them, from packages of Debian: verify finds nothing, and edit keeps what makes them boot.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect } from 'vitest';
import { isopress } from '../support/command.js';
import { judge, mediumOracle, oracle } from '../support/oracle.js';
import { reported } from '../support/reports.js';
import { scratchDirectory } from '../support/scratch.js';
import { structureOf } from '../support/xorriso.js';

const scratch = scratchDirectory();
const at = (name: string) => join(scratch, name);

/** isohybrid, a hard disk image with a FAT partition after the disc, and a GRUB in its own layout. */
const MEDIA: Readonly<Record<string, string>> = {
  'GRUB rescue disc': '/usr/lib/grub-rescue/grub-rescue-cdrom.iso',
  'GRUB rescue floppy': '/usr/lib/grub-rescue/grub-rescue-floppy.img',
  iPXE: '/usr/lib/ipxe/ipxe.iso',
  'Memtest86+': '/usr/lib/memtest86+/memtest86+x64.iso',
  'Memtest86+ for ia32': '/usr/lib/memtest86+/memtest86+ia32.iso',
};

beforeAll(() => {
  mkdirSync(at('add'));
  writeFileSync(at('add/notes.txt'), 'added\n');
});

/** All files of a disc, by their digests. */
function filesOf(disc: string): string[] {
  const out = at('out');
  judge('rm', ['-rf', out]);
  mkdirSync(out);
  judge('xorriso', ['-osirrox', 'on', '-indev', disc, '-extract', '/', out]);
  judge('chmod', ['-R', 'u+w', out]);
  const { stdout } = judge('sh', ['-c', 'find . -type f -exec sha256sum {} + | sort -k2'], { cwd: out });
  return stdout.trimEnd().split('\n');
}

describe.each(Object.entries(MEDIA))('%s', (_, path) => {
  mediumOracle(path)('verify finds nothing', () => {
    const { status, report } = reported(['verify', path]);
    expect(report).toMatchObject({ images: [{ findings: [] }] });
    expect(status).toBe(0);
  });

  mediumOracle(path)('an edit without a change writes the same bytes', () => {
    expect(isopress(['edit', path, at('same'), '--force', '--quiet'])).toMatchObject({ status: 0, stderr: '' });
    expect(Buffer.compare(readFileSync(at('same')), readFileSync(path))).toBe(0);
  });

  oracle('xorriso')('a file is added, and xorriso finds all others, the boot entries and the partitions', () => {
    const args = ['edit', path, at('new'), '--add', `${at('add')}:docs`, '--force', '--quiet'];
    expect(isopress(args)).toMatchObject({ status: 0, stderr: '' });
    expect(structureOf(at('new'))).toEqual(structureOf(path));
    const isCatalog = (line: string) => line.endsWith('/boot.catalog');
    const added = filesOf(at('new')).filter((line) => !isCatalog(line));
    const before = filesOf(path).filter((line) => !isCatalog(line));
    expect(before.filter((line) => !added.includes(line))).toEqual([]);
    expect(added.filter((line) => !before.includes(line)).map((line) => line.replace(/^\S+ +/, ''))).toEqual([
      './docs/notes.txt',
    ]);
    expect(reported(['verify', at('new')]).report).toMatchObject({ images: [{ findings: [] }] });
  });
});
