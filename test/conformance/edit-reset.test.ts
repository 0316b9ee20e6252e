// isopress edit --resettable and --reset on the layouts of published installers: xorriso finds the edited disc as well built as any other,
// and the disc that is taken back is the old one, byte for byte.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect } from 'vitest';
import { isopress } from '../support/command.js';
import { judge, oracle } from '../support/oracle.js';
import { type InstallerFiles, installerFiles, LAYOUTS, pressLayout } from '../support/published-discs.js';
import { scratchDirectory } from '../support/scratch.js';
import { succeed } from '../support/tools.js';
import { noise } from '../support/trees.js';

const scratch = scratchDirectory();
const at = (name: string) => join(scratch, name);
let files: InstallerFiles;

beforeAll(() => {
  files = installerFiles(scratch);
  // More entries than the blocks of a directory have room for: all directories are placed again, and files move.
  mkdirSync(at('many/pool'), { recursive: true });
  for (let i = 0; i < 100; i++) writeFileSync(at(`many/pool/added ${i} with a long name.deb`), `added ${i}\n`);
  writeFileSync(at('kernel'), noise(400_000, 8));
});

function run(...args: string[]) {
  const result = isopress(['edit', ...args, '--force', '--quiet', '--loss', 'ignore'], { cwd: scratch });
  expect(result).toMatchObject({ status: 0, stderr: '' });
}

/** The changes of each edit: values in place; files that go, grow and come; directories that move all files. */
const EDITS: Readonly<Record<string, readonly string[]>> = {
  values: ['--kernel-args', '+a=1 -quiet', '--timeout', '7', '--volume-id', 'OTHER', '--mode', '/install=700'],
  files: [
    '--remove',
    '/deep',
    '--replace',
    'kernel:/install/vmlinuz',
    '--replace',
    'many/pool/added 1 with a long name.deb:/install/initrd.gz',
  ],
  directories: ['--add', 'many'],
};

describe('an edit is taken back', () => {
  for (const name of Object.keys(LAYOUTS) as (keyof typeof LAYOUTS)[]) {
    oracle(
      'xorriso',
      'mkfs.vfat',
      'mcopy',
      'sgdisk',
    )(name, () => {
      const image = pressLayout(name, files, at(`${name}.iso`));
      let old = image;
      // Edits upon edits are the same for every layout, and take their time.
      const edits = name === 'ubuntu' ? EDITS : { all: Object.values(EDITS).flat() };
      for (const [kind, options] of Object.entries(edits)) {
        const edited = at(`${name}.${kind}.iso`);
        run(old, edited, '--resettable', ...options);
        run(edited, at('back.iso'), '--reset');
        expect(Buffer.compare(readFileSync(at('back.iso')), readFileSync(old)), kind).toBe(0);
        old = edited;
      }
      const problems = (disc: string) =>
        /(?:No problems|Identified \d+ problems)/.exec(judge('sgdisk', ['-v', disc]).stdout)?.[0];
      expect(problems(old)).toBe(problems(image));
      const listed = (disc: string) =>
        succeed('xorriso', ['-indev', disc, '-report_el_torito', 'plain']).match(/^El Torito.*/gm)!;
      expect(listed(old)).toHaveLength(listed(image).length);
      const vmlinuz = at('vmlinuz');
      succeed('xorriso', ['-osirrox', 'on', '-indev', old, '-extract', '/install/vmlinuz', vmlinuz]);
      expect(Buffer.compare(readFileSync(vmlinuz), readFileSync(at('kernel')))).toBe(0);
      if (name !== 'ubuntu') return;
      for (const kind of Object.keys(edits).reverse()) {
        run(old, at(`${name}.back-${kind}.iso`), '--reset');
        old = at(`${name}.back-${kind}.iso`);
      }
      expect(Buffer.compare(readFileSync(old), readFileSync(image))).toBe(0);
    });
  }
});

oracle(
  'xorriso',
  'implantisomd5',
  'checkisomd5',
)('a tag of isomd5sum is right after the edit, and as it was after taking it back', () => {
  mkdirSync(at('plain'), { recursive: true });
  writeFileSync(at('plain/file'), noise(300_000, 1));
  succeed('xorriso', ['-as', 'mkisofs', '-quiet', '-R', '-J', '-V', 'OLD', '-o', at('tagged.iso'), at('plain')]);
  succeed('implantisomd5', [at('tagged.iso')]);
  run('tagged.iso', 'new.iso', '--resettable', '--volume-id', 'NEW', '--replace', 'kernel:/file');
  succeed('checkisomd5', [at('new.iso')]);
  run('new.iso', 'old.iso', '--reset');
  expect(Buffer.compare(readFileSync(at('old.iso')), readFileSync(at('tagged.iso')))).toBe(0);
});
