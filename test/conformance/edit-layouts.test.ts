// isopress edit on discs in the layouts of published installers, compared with what xorriso's own replay makes of them.
import { mkdirSync, readdirSync, readFileSync, readlinkSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect } from 'vitest';
import { isopress } from '../support/command.js';
import { judge, oracle } from '../support/oracle.js';
import {
  type InstallerFiles,
  installerFiles,
  LAYOUTS,
  pressFedora,
  pressIsohybrid,
  pressLayout,
} from '../support/published-discs.js';
import { recomputedSuseTags } from '../support/recomputed-tags.js';
import { scratchDirectory } from '../support/scratch.js';
import { tagText } from '../support/tagged-images.js';
import { succeed } from '../support/tools.js';
import { noise } from '../support/trees.js';
import { structureOf } from '../support/xorriso.js';

const scratch = scratchDirectory();
const at = (name: string) => join(scratch, name);
let files: InstallerFiles;

beforeAll(() => {
  files = installerFiles(scratch);
  mkdirSync(at('add/seed/more'), { recursive: true });
  writeFileSync(at('add/seed/user-data'), '#cloud-config\n');
  writeFileSync(at('add/seed/more/a file with a long name.bin'), noise(300_000, 9));
  writeFileSync(at('small'), 'replaced\n');
  // More entries than the blocks of a directory have room for: all directories are placed again, and files move.
  mkdirSync(at('many/pool'), { recursive: true });
  for (let i = 0; i < 100; i++) writeFileSync(at(`many/pool/added ${i} with a long name.deb`), `added ${i}\n`);
  writeFileSync(at(`many/pool/${'n'.repeat(240)}`), 'continued fields\n');
  symlinkSync('t'.repeat(900), at('many/pool/link'));
});

const FEW = ['--add', 'add', '--replace', 'small:/pool/A package with a long name 7.deb', '--remove', '/deep'];
const MANY = ['--add', 'many'];

function edit(image: string, output: string, ...options: string[]) {
  const result = isopress(['edit', image, output, '--force', '--quiet', '--loss', 'ignore', ...options], {
    cwd: scratch,
  });
  expect(result).toMatchObject({ status: 0, stderr: '' });
}

/** Everything on a disc, as one of two judges extracts it. */
function extracted(image: string, index: number): string {
  const judges = [
    ['xorriso', '-osirrox', 'on', '-indev', image, '-extract', '/'],
    ['bsdtar', '-xf', image, '-C'],
  ];
  const [tool, ...args] = judges[index % judges.length]!;
  const out = at(`out-${index}`);
  judge('chmod', ['-R', 'u+w', out]);
  rmSync(out, { recursive: true, force: true });
  mkdirSync(out);
  const { status, stderr } = judge(tool!, [...args, out]);
  expect(status, stderr).toBe(0);
  judge('chmod', ['-R', 'u+w', out]);
  return out;
}

/** Names and contents that differ between two directories. */
const differences = (a: string, b: string) =>
  judge('diff', ['-r', '--no-dereference', a, b])
    .stdout.split('\n')
    .filter((line) => /^(?:Only|Files|Binary|diff)/.test(line));

/** The differences that the edit makes, without files that writers of discs patch. */
function changesIn(out: string): string[] {
  const lines = differences(files.tree, out).map((line) => line.replaceAll('"', ''));
  return lines.filter((line) => !/boot\.cat|eltorito\.img|isolinux\.bin/.test(line)).sort();
}

/** The disc with other files as xorriso keeps it. It takes no link as long as that of {@link MANY}. */
function replayed(image: string, output: string): string {
  rmSync(output, { force: true });
  const others = ['-update', at('small'), '/pool/A package with a long name 7.deb', '-rm_r', '/deep', '--', '-commit'];
  succeed('xorriso', [
    '-indev',
    image,
    '-outdev',
    output,
    '-boot_image',
    'any',
    'replay',
    '-map',
    at('add'),
    '/',
    ...others,
  ]);
  return output;
}

/** Layouts that xorriso's replay keeps. It loses APM, partitions or names of others, and cannot write that of Proxmox. */
const REPLAYED = ['suse', 'kiwi'];

describe('the structure of an edited disc is that of the disc, and every file is there', () => {
  for (const [index, name] of (Object.keys(LAYOUTS) as (keyof typeof LAYOUTS)[]).entries()) {
    oracle(
      'xorriso',
      'bsdtar',
      'mkfs.vfat',
      'mcopy',
      'sgdisk',
    )(name, () => {
      const image = pressLayout(name, files, at(`${name}.iso`));
      const edited = at(`${name}.edited.iso`);
      edit(image, edited, ...FEW, ...MANY);
      expect(structureOf(edited)).toEqual(structureOf(image));
      if (REPLAYED.includes(name))
        expect(structureOf(edited)).toEqual(structureOf(replayed(image, at('replayed.iso'))));
      const out = extracted(edited, index);
      const replaced = 'pool/A package with a long name 7.deb';
      expect(changesIn(out).filter((line) => !line.startsWith(`Only in ${out}/pool: `))).toEqual([
        `Only in ${files.tree}: deep`,
        `Only in ${out}: seed`,
        `diff -r --no-dereference ${files.tree}/${replaced} ${out}/${replaced}`,
      ]);
      expect(readFileSync(join(out, 'seed/more/a file with a long name.bin'))).toEqual(Buffer.from(noise(300_000, 9)));
      expect(readdirSync(join(out, 'pool'))).toHaveLength(60 + 102);
      expect(readlinkSync(join(out, 'pool/link'))).toHaveLength(900);
      const problems = (disc: string) =>
        /(?:No problems|Identified \d+ problems)/.exec(judge('sgdisk', ['-v', disc]).stdout)?.[0];
      expect(problems(edited)).toBe(problems(image));
    });
  }
});

oracle(
  'genisoimage',
  'isohybrid',
  'xorriso',
  'bsdtar',
)('the tables of isohybrid are kept, with their names', () => {
  const image = pressIsohybrid(files, at('isohybrid.iso'));
  edit(image, at('isohybrid.edited.iso'), ...FEW, ...MANY);
  expect(structureOf(at('isohybrid.edited.iso'))).toEqual(structureOf(image));
  // With a TRANS.TBL, which genisoimage made.
  expect(readdirSync(join(extracted(at('isohybrid.edited.iso'), 0), 'pool'))).toHaveLength(60 + 102 + 1);
});

oracle('xorriso', 'bsdtar')('the tables of isopress are kept, and the same as by replay', () => {
  const [image, output] = [at('own.iso'), at('own.edited.iso')];
  const boot = ['--bios-boot', 'boot/grub/eltorito.img', '--append-esp', files.esp, '--mbr', files.code];
  const words = ['iso', files.tree, image, '--layout', 'grub', '--partition-table', 'gpt-hybrid', ...boot];
  expect(isopress([...words, '--quiet', '--loss', 'ignore'])).toMatchObject({ status: 0, stderr: '' });
  edit(image, output, ...FEW, ...MANY);
  expect(structureOf(output)).toEqual(structureOf(image));
  expect(structureOf(output)).toEqual(structureOf(replayed(image, at('replayed.iso'))));
});

oracle(
  'xorriso',
  '7z',
  'mkfs.vfat',
  'mcopy',
)('the HFS+ view goes on showing the old files, and the edit says so', () => {
  const image = pressLayout('rescue', files, at('hfs.iso'));
  const args = ['edit', image, at('hfs.edited.iso'), '--quiet', ...FEW, ...MANY];
  const { stderr } = isopress(args, { cwd: scratch });
  expect(stderr).toMatch(/^loss: .* \[edit\.hfs\]\n$/);
  const listed = [image, at('hfs.edited.iso')].map((disc) => {
    const { stdout } = judge('xorriso', ['-indev', disc, '-report_system_area', 'plain']);
    const [, start, blocks] = /^APM start and size : +2 +(\d+) +(\d+)/m.exec(stdout)!.map(Number);
    const view = `${disc}.hfs`;
    writeFileSync(view, readFileSync(disc).subarray(start! * 2048, (start! + blocks!) * 2048));
    const test = judge('7z', ['t', '-thfs', view]);
    expect(test.status, test.stdout).toBe(0);
    return judge('7z', ['l', '-slt', '-thfs', view])
      .stdout.match(/^(?:Path|Size) = .*$/gm)!
      .slice(2);
  });
  expect(listed[1]).toEqual(listed[0]);
});

oracle(
  'xorriso',
  'bsdtar',
  'sgdisk',
)('an edited disc is edited again, with directories after the files', () => {
  const image = pressLayout('ubuntu', files, at('again.iso'));
  edit(image, at('again.1.iso'), ...FEW);
  edit(at('again.1.iso'), at('again.2.iso'), ...MANY, '--volume-id', 'AGAIN');
  edit(at('again.2.iso'), at('again.3.iso'), '--add', 'many:/more', '--remove', '/pool/link');
  for (const index of [0, 1]) {
    const out = extracted(at('again.3.iso'), index);
    expect(readdirSync(join(out, 'pool'))).toHaveLength(60 + 101);
    expect(readdirSync(join(out, 'more/pool'))).toHaveLength(102);
    expect(readFileSync(join(out, 'seed/user-data'), 'latin1')).toBe('#cloud-config\n');
  }
  expect(structureOf(at('again.3.iso')).filter((line) => !line.startsWith('-V '))).toEqual(
    structureOf(image).filter((line) => !line.startsWith('-V ')),
  );
  expect(judge('sgdisk', ['-v', at('again.3.iso')]).stdout).toContain('No problems found');
});

oracle('xorriso')('checksums of libisofs go, and xorriso opens the disc as before', () => {
  const image = at('checksums.iso');
  succeed('xorriso', ['-as', 'mkisofs', '-quiet', '--md5', '-r', '-J', '-o', image, files.tree]);
  const { stderr } = isopress(['edit', image, at('checksums.edited.iso'), '--quiet', ...FEW], { cwd: scratch });
  expect(stderr).toMatch(/^loss: .* \[edit\.checksums\]\n$/);
  const out = extracted(at('checksums.edited.iso'), 0);
  expect(readFileSync(join(out, 'seed/user-data'), 'latin1')).toBe('#cloud-config\n');
});

oracle('xorriso', 'setfattr')('extended attributes of a single file are a loss, as those of a directory are', () => {
  const image = pressLayout('arch', files, at('attributes.iso'));
  writeFileSync(at('labelled'), 'labelled\n');
  succeed('setfattr', ['-n', 'user.note', '-v', 'text', at('labelled')]);
  symlinkSync('labelled', at('link-to-labelled'));
  const words = ['edit', image, at('attributes.edited.iso'), '--add', 'link-to-labelled:/conf/file'];
  const { status, stderr } = isopress([...words, '--quiet'], { cwd: scratch });
  expect({ status, stderr }).toMatchObject({ status: 0, stderr: expect.stringContaining('[iso9660.xattrs]') });
  expect(readFileSync(join(extracted(at('attributes.edited.iso'), 1), 'conf/file'), 'latin1')).toBe('labelled\n');
});

oracle('xorriso')('a file that replaces a compressed one is read as it is', () => {
  const image = at('zisofs.iso');
  const path = '/pool/A package with a long name 7.deb';
  writeFileSync(at('zeros'), new Uint8Array(100_000));
  const maps = ['-map', files.tree, '/', '-update', at('zeros'), path, '-set_filter_r', '--zisofs', '/pool', '--'];
  succeed('xorriso', ['-outdev', image, ...maps, '-commit']);
  edit(image, at('zisofs.edited.iso'), ...FEW);
  const out = extracted(at('zisofs.edited.iso'), 0);
  expect(readFileSync(join(out, path), 'latin1')).toBe('replaced\n');
});

oracle('xorriso')('where nothing grows, every block but those of changed entries is as it was', () => {
  const image = pressLayout('ubuntu', files, at('same.iso'));
  edit(image, at('same.edited.iso'), '--replace', 'small:/pool/A package with a long name 7.deb', '--remove', '/deep');
  const [before, after] = [readFileSync(image), readFileSync(at('same.edited.iso'))];
  expect(after.length).toBe(before.length);
  const changed = Array.from({ length: before.length / 2048 }, (_, i) => i).filter(
    (i) => before.compare(after, i * 2048, (i + 1) * 2048, i * 2048, (i + 1) * 2048) !== 0,
  );
  // Two sets of descriptors and hierarchies, each with root, four removed directories, the changed one and two path tables; two files.
  expect(changed.length).toBeLessThan(50);
  expect(structureOf(at('same.edited.iso'))).toEqual(structureOf(image));
});

oracle(
  'genisoimage',
  'implantisomd5',
  'checkisomd5',
)('the digest for checkisomd5 is that of the edited disc', () => {
  const image = pressFedora(files, at('fedora.iso'));
  const edited = at('fedora.edited.iso');
  edit(image, edited, ...FEW);
  expect(judge('checkisomd5', [edited]).status).toBe(0);
  edit(image, edited, ...FEW, '--media-check', 'drop');
  expect(judge('checkisomd5', [edited]).stdout + judge('checkisomd5', [edited]).stderr).toMatch(/no checksum|NA/i);
});

describe('the tags for checkmedia are those of the edited disc', () => {
  for (const name of ['suse', 'kiwi'] as const) {
    oracle(
      'xorriso',
      'mkfs.vfat',
      'mcopy',
      'sfdisk',
    )(name, () => {
      const image = pressLayout(name, files, at(`${name}.tagged.iso`));
      const tag = ['tag', image, '--style', 'suse', '--digest', 'sha256', '--pad', '150', '--quiet'];
      expect(isopress(tag)).toMatchObject({ status: 0 });
      const before = tagText(readFileSync(image));
      const edited = at(`${name}.tagged.edited.iso`);
      edit(image, edited, ...FEW, ...MANY, '--volume-id', 'OTHER');
      const recomputed = recomputedSuseTags(edited, 'sha256', 150);
      expect(recomputed).toMatchObject({ status: 0, stderr: '' });
      // The tool that wrote the tag asks for no check before a start, and digests no partition that begins with the disc.
      const tags = recomputed.stdout.replace(/^check=1;/, '').replace(/;partition=0,.*/, '');
      expect(tagText(readFileSync(edited))).toBe(tags);
      expect([before.includes(';partition='), tags.includes(';partition=')]).toEqual([
        name === 'kiwi',
        name === 'kiwi',
      ]);
      expect(tagText(readFileSync(edited))).not.toBe(before);
      edit(image, edited, ...FEW, '--media-check', 'drop');
      expect(tagText(readFileSync(edited)).trim()).not.toContain('sha256sum');
    });
  }
});
