// The table about `mke2fs -d` in the ext4 README: every cell is tried with the program, or shown by a finding.
import {
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readFileSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { join, resolve } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { judge, oracle } from '../support/oracle.js';
import { scratchDirectory } from '../support/scratch.js';

const scratch = scratchDirectory();
const [tree, image] = [join(scratch, 'tree'), join(scratch, 'image')];
const UUID = '12345678-1234-1234-1234-123456789abc';
const readme = readFileSync(resolve(import.meta.dirname, '../../src/format/ext4/README.md'), 'utf8');
const rows = readme
  .slice(readme.indexOf('## Written, compared'))
  .split('\n')
  .filter((line) => /^\| (?!feature|-)/.test(line))
  .map((line) => line.split('|').map((cell) => cell.trim()) as [string, string, string, ...string[]]);

beforeAll(() => {
  mkdirSync(join(tree, 'dir'), { recursive: true });
  writeFileSync(join(tree, 'file'), 'small');
  writeFileSync(join(tree, 'dir/large'), Buffer.alloc(1_400_000, 'text'));
  symlinkSync('file', join(tree, 'link'));
  const fd = openSync(join(tree, 'sparse'), 'w');
  for (let index = 0; index < 900; index++) writeSync(fd, 'x', index * 16_384);
  closeSync(fd);
  judge('setfacl', ['-m', 'u:12345:r', join(tree, 'file')]);
  judge('setcap', ['cap_net_raw+ep', join(tree, 'file')]);
});

/** Makes an image of the tree; whether e2fsck finds it clean. */
function make(...options: string[]): boolean {
  rmSync(image, { force: true });
  writeFileSync(image, '');
  truncateSync(image, 160 * 2 ** 20);
  const { status } = judge('mke2fs', ['-q', '-F', '-t', 'ext4', ...options, '-d', tree, image]);
  return status === 0 && judge('e2fsck', ['-fn', image]).status === 0;
}

const debugfs = (request: string) => judge('debugfs', ['-R', request, image]).stdout;
const superblock = () => judge('dumpe2fs', ['-h', image]).stdout;
/** Whether an image can have these features, each list by itself, and says so. */
const has = (...lists: string[]) =>
  lists.every((list) => {
    if (!make('-O', list)) return false;
    const found = /^Filesystem features: +(.*)$/m.exec(superblock())![1]!.split(' ');
    return list.split(',').every((name) => found.includes(name.replace('^', '')) !== name.startsWith('^'));
  });

type Found = boolean | string;
const PROBES: Readonly<Record<string, () => Found>> = {
  'profiles `modern`, `boot`, `minimal`': () => existsSync('/etc/mke2fs.conf') && 'mke2fs.conf',
  'any features together': () => has('64bit,bigalloc,inline_data,metadata_csum_seed,large_dir,orphan_file'),
  'same superblock for the same options': () => '–',
  // mke2fs takes minutes for so many.
  'over 65 000 subdirectories (`dir_nlink`)': () => '–',
  "options in mke2fs's spelling": () => make('-b', '4096', '-m', '1'),
  'size from content, exact': () => {
    rmSync(image, { force: true });
    return judge('mke2fs', ['-q', '-F', '-d', tree, image]).status === 0;
  },
  'places of an earlier image kept': () => '–',
  'blocks of 1 to 64 KiB': () =>
    [1024, 2048, 4096, 8192, 16_384, 32_768, 65_536].every((size) => make('-b', `${size}`)),
  'inodes of 128 to 1024 bytes': () => [128, 256, 512, 1024].every((size) => make('-I', `${size}`)),
  'extents of any depth, holes': () =>
    make() &&
    /\(ETB1\)/.test(debugfs('stat /sparse')) &&
    Number(/Blockcount: (\d+)/.exec(debugfs('stat /sparse'))![1]) < 8000,
  'files in one piece': () =>
    make() && (/EXTENTS:\n\(0-341\):\d+-\d+\n/.test(debugfs('stat /dir/large')) || '✘ cut at block groups'),
  'POSIX ACLs, capabilities': () =>
    make() && /system\.posix_acl_access[\s\S]*security\.capability/.test(debugfs('ea_list /file')),
  '`ea_inode`, values shared': () => has('ea_inode'),
  '`inline_data`': () =>
    has('inline_data') &&
    ['/link', '/file', '/dir'].some((path) => /Flags: 0x1\d{7}/.test(debugfs(`stat ${path}`))) &&
    'files and directories',
  '`metadata_csum`, `metadata_csum_seed`, `gdt_csum`, none': () =>
    has('metadata_csum', 'metadata_csum_seed', 'uninit_bg,^metadata_csum', '^metadata_csum,^uninit_bg'),
  '`64bit` or 32-byte descriptors': () => has('64bit', '^64bit'),
  '`flex_bg` of any size, or none': () => make('-G', '1') && make('-G', '64') && has('^flex_bg'),
  '`sparse_super`, `sparse_super2`, all copies': () =>
    has('sparse_super', 'sparse_super2,^resize_inode', '^sparse_super,^resize_inode'),
  '`resize_inode`, `meta_bg`': () => has('resize_inode', 'meta_bg,^resize_inode'),
  'journal, sized alike': () => has('has_journal'),
  '`orphan_file`': () => has('orphan_file'),
  '`quota`, `project`': () => {
    make('-O', 'quota,project');
    const { stdout, stderr } = judge('e2fsck', ['-fn', image]);
    return /Usage inconsistent/.test(stdout + stderr) ? '✘ usage is not counted' : true;
  },
  '`verity`, `stable_inodes`, `read-only`': () =>
    has('verity', 'stable_inodes') && (has('read-only') || '✔ without `read-only`'),
  'errors behaviour, default mount options, stride, stripe, label, UUID, hash seed, last mounted': () => {
    const extended = `stride=4,stripe_width=8,hash_seed=${UUID}`;
    if (!make('-e', 'remount-ro', '-E', extended, '-L', 'LABEL', '-U', UUID, '-M', '/srv')) return false;
    const wanted = [
      'Remount read-only',
      'user_xattr acl',
      'RAID stride: +4',
      'width: +8',
      'LABEL',
      `UUID: +${UUID}`,
      `Seed: +${UUID}`,
      '/srv',
    ];
    return wanted.every((text) => new RegExp(text).test(superblock()));
  },
  'offset in a disk': () => {
    const made = judge('mke2fs', [
      '-q',
      '-F',
      '-t',
      'ext4',
      '-E',
      'offset=1048576',
      '-d',
      join(tree, 'dir'),
      image,
      '64M',
    ]);
    return made.status === 0 && readFileSync(image).readUInt16LE(1_048_576 + 1024 + 56) === 0xef53;
  },
  'a second implementation reads it': () => make() && judge('7z', ['l', image]).stdout.includes('large'),
  'GRUB reads it': () => make() && judge('grub-fstest', [image, 'ls', '/']).stdout.includes('file') && 'default set',
  '`bigalloc`, `casefold`, `mmp`, `encrypt`, `fast_commit`': () =>
    has('bigalloc', 'casefold', 'mmp', 'encrypt', 'fast_commit'),
};

/** Rows that findings show, which run mke2fs in the same way. */
const FINDINGS = /[¹²³⁴⁵⁶]$/;

test('every row of the table is tried, or has a finding', () => {
  for (const [, feature, cell] of rows) expect(feature in PROBES || FINDINGS.test(cell), feature).toBe(true);
  for (const feature of Object.keys(PROBES)) expect(rows.map(([, name]) => name)).toContain(feature);
});

describe('mke2fs', () => {
  for (const [, feature, cell] of rows.filter(([, name]) => name in PROBES)) {
    oracle(
      'mke2fs',
      'e2fsck',
      'debugfs',
      'dumpe2fs',
      'setfacl',
      'setcap',
      '7z',
      'grub-fstest',
    )(`${feature}: ${cell}`, { timeout: 120_000 }, () => {
      const found = PROBES[feature]!();
      expect(typeof found === 'string' ? found : found ? '✔' : '✘').toBe(cell);
    });
  }
});
