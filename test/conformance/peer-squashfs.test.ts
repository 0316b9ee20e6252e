// The comparison with mksquashfs and gensquashfs in the squashfs README: every cell is tried with the program.
import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { extendedDirectory } from '../../src/format/squashfs/inode.js';
import { Cursor, Volume } from '../../src/format/squashfs/read-volume.js';
import { bytesSource } from '../../src/io/memory.js';
import { judge, oracle } from '../support/oracle.js';
import { scratchDirectory } from '../support/scratch.js';
import { noise } from '../support/trees.js';

const scratch = scratchDirectory();
const at = (name: string) => join(scratch, name);
const image = at('image');
const readme = readFileSync(resolve(import.meta.dirname, '../../src/format/squashfs/README.md'), 'utf8');
const rows = readme
  .slice(readme.indexOf('## Compared with'))
  .split('\n')
  .filter((line) => /^\| (?!feature|-)/.test(line))
  .map((line) => line.split('|').map((cell) => cell.trim()));

beforeAll(() => {
  write('plain', { file: Buffer.alloc(300_000, 'text '), small: 'small' });
  write('equal', { 'a/one': noise(50_000, 1), 'b/two': noise(50_000, 1) });
  write('other', { 'a/one': noise(50_000, 1), 'b/two': noise(50_000, 2) });
  const [head, tail] = [noise(131_072, 3), noise(40_000, 4)];
  write('tails', { one: Buffer.concat([head, tail]), two: Buffer.concat([noise(131_072, 5), tail]) });
  write('no-tails', { one: Buffer.concat([head, tail]), two: Buffer.concat([noise(131_072, 5), noise(40_000, 6)]) });
  write('holes', { sparse: '' });
  truncateSync(join(at('holes'), 'sparse'), 2 ** 30);
  write('many', Object.fromEntries(Array.from({ length: 3000 }, (_, i) => [`a-name-of-some-length-${i}`, ''])));
  write('attributes', Object.fromEntries(Array.from({ length: 60 }, (_, i) => [`file-${i}`, ''])));
  const value = `0x${Buffer.from(noise(1500, 7)).toString('hex')}`;
  judge('setfattr', ['-n', 'user.a', '-v', value, ...Array.from({ length: 60 }, (_, i) => at(`attributes/file-${i}`))]);
  write('acl', { file: 'x' });
  judge('setfacl', ['-m', 'u:12345:r', at('acl/file')]);
});

function write(name: string, files: Readonly<Record<string, string | Uint8Array>>): void {
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(join(at(name), path, '..'), { recursive: true });
    writeFileSync(join(at(name), path), content);
  }
}

type Options = readonly string[];
interface Peer {
  /** Makes the image of a tree; whether that worked. */
  readonly make: (tree: string, ...options: Options) => boolean;
  readonly help: string;
}

const quiet = ['-quiet', '-no-progress'];
const mk: Peer = {
  make: (tree, ...options) => {
    rmSync(image, { force: true });
    return judge('mksquashfs', [at(tree), image, '-noappend', ...quiet, ...options]).status === 0;
  },
  get help() {
    return judge('mksquashfs', ['-help']).stdout + judge('mksquashfs', ['-help']).stderr;
  },
};
const gen: Peer = {
  make: (tree, ...options) => judge('gensquashfs', ['-D', at(tree), '-q', '-f', ...options, image]).status === 0,
  get help() {
    return judge('gensquashfs', ['--help']).stdout;
  },
};

const size = () => statSync(image).size;
const bytes = () => readFileSync(image);
/** Whether the first tree takes clearly less room than the second. */
const smaller = (peer: Peer, [less, more]: readonly [string, string], ...options: Options) => {
  expect(peer.make(less, ...options)).toBe(true);
  const first = size();
  expect(peer.make(more, ...options)).toBe(true);
  return first < size() - 20_000;
};
/** Whether the first set of options gives a clearly larger image. */
const larger = (peer: Peer, tree: string, more: Options, less: Options = []) => {
  expect(peer.make(tree, ...more)).toBe(true);
  const first = size();
  expect(peer.make(tree, ...less)).toBe(true);
  return first > size() + 2000;
};
const list = (name: string, text: string) => {
  writeFileSync(at(name), text);
  return at(name);
};
const hasIndex = async (peer: Peer) => {
  expect(peer.make('many')).toBe(true);
  const volume = await Volume.open(bytesSource(bytes()), 'auto');
  const { inodeTableAt, rootInode } = volume.superblock;
  const cursor = new Cursor(volume, inodeTableAt + Math.floor(rootInode / 65_536), rootInode % 65_536);
  const root = await cursor.take(extendedDirectory.size);
  return root[0] === 8 && extendedDirectory.decode(Uint8Array.from(root)).indexCount > 0;
};
const sameBytes = (peer: Peer, one: Options, four: Options) => {
  expect(peer.make('plain', ...one)).toBe(true);
  const first = bytes();
  return peer.make('plain', ...four) && bytes().equals(first);
};
/** Whether the content of `first` comes before that of `second`, both noise. */
const order = (first: Uint8Array, second: Uint8Array) =>
  bytes().indexOf(first.subarray(0, 64)) < bytes().indexOf(second.subarray(0, 64));
const [ONE, TWO] = [noise(50_000, 1), noise(50_000, 2)];

type Cell = boolean | string | Promise<boolean>;
/** Of every row what is found, in the words of the cell or as yes and no; `finding` where a finding shows it. */
const PROBES: Readonly<Record<string, readonly [mksquashfs: () => Cell, gensquashfs: () => Cell]>> = {
  gzip: [() => mk.make('plain', '-comp', 'gzip'), () => gen.make('plain', '-c', 'gzip')],
  'gzip with windows and strategies': [
    () => mk.make('plain', '-Xwindow-size', '10', '-Xstrategy', 'huffman_only'),
    () => gen.make('plain', '-c', 'gzip', '-X', 'window=10,huffman'),
  ],
  'xz, dictionary, branch filters': [
    () => mk.make('plain', '-comp', 'xz', '-Xdict-size', '32K', '-Xbcj', 'x86'),
    () => gen.make('plain', '-c', 'xz', '-X', 'dictsize=32768,x86'),
  ],
  'zstd, levels 1…22': [
    () => ['1', '22'].every((level) => mk.make('plain', '-comp', 'zstd', '-Xcompression-level', level)),
    () => ['1', '22'].every((level) => gen.make('plain', '-c', 'zstd', '-X', `level=${level}`)),
  ],
  'lz4, fast': [() => mk.make('plain', '-comp', 'lz4'), () => gen.make('plain', '-c', 'lz4')],
  'lz4, high compression': [
    () => mk.make('plain', '-comp', 'lz4', '-Xhc'),
    () => gen.make('plain', '-c', 'lz4', '-X', 'hc'),
  ],
  lzo: [
    () => {
      const ways = ['lzo1x_1', 'lzo1x_1_11', 'lzo1x_1_12', 'lzo1x_1_15', 'lzo1x_999'];
      return `${ways.filter((way) => mk.make('plain', '-comp', 'lzo', '-Xalgorithm', way)).length} ways`;
    },
    () => gen.make('plain', '-c', 'lzo'),
  ],
  'block sizes 4 KiB…1 MiB': [
    () => ['4096', '1048576'].every((block) => mk.make('plain', '-b', block)),
    () => ['4096', '1048576'].every((block) => gen.make('plain', '-b', block)),
  ],
  'parts uncompressed one by one': [
    () => `${['-noI', '-noId', '-noD', '-noF', '-noX'].filter((part) => mk.make('plain', part)).length}`,
    () => /uncompressed|no-?compress/i.test(gen.help.replace(/dont_compress/g, '')),
  ],
  'tails and blocks of single files': [
    () => larger(mk, 'plain', ['-action', 'uncompressed@name(file)']) && 'actions',
    () => larger(gen, 'plain', ['-S', list('rules', '0 [dont_compress] file\n')]) && 'sort file',
  ],
  'tails of larger files in fragments': [
    () => smaller(mk, ['tails', 'no-tails'], '-tailends'),
    () => smaller(gen, ['tails', 'no-tails']),
  ],
  'equal files stored once': [() => smaller(mk, ['equal', 'other']), () => smaller(gen, ['equal', 'other'])],
  'equal tails of different files stored once': [
    () => smaller(mk, ['tails', 'no-tails'], '-tailends'),
    () => smaller(gen, ['tails', 'no-tails']),
  ],
  'sparse blocks, holes neither read nor kept': [
    () => mk.make('holes') && size() < 2 ** 20,
    () => gen.make('holes') && size() < 2 ** 20,
  ],
  'hard links': [() => 'finding', () => 'finding'],
  'xattrs shared and out of line': [
    () => mk.make('attributes') && size() < 12_000,
    () => gen.make('attributes', '-x') && size() < 12_000,
  ],
  'xattrs by name': [
    () => mk.make('attributes', '-xattrs-include', '^user.a$'),
    () => /xattrs?-(in|ex)/.test(gen.help),
  ],
  'directory index': [() => hasIndex(mk), () => hasIndex(gen)],
  owners: [
    () => mk.make('plain', '-p', 'dir d 755 70000 70001') && unpackedOwners(),
    () =>
      judge('gensquashfs', ['-F', list('pack', 'dir /dir 0755 70000 70001\n'), '-q', '-f', image]).status === 0 &&
      unpackedOwners(),
  ],
  'data after 4 GiB': [() => '–', () => '–'],
  'sort file': [
    () => mk.make('other', '-sort', list('sort', 'a/one -10\nb/two 10\n'), '-noF', '-noD') && order(TWO, ONE),
    () => gen.make('other', '-S', list('sort', '10 a/one\n-10 b/two\n')) && order(TWO, ONE),
  ],
  'order and fragments of an earlier image': [
    () => /-like\b|(previous|earlier) image/i.test(mk.help),
    () => /--like\b|(previous|earlier) image/i.test(gen.help),
  ],
  'alignment of files': [() => (mk.make('plain', '-align', '4096') ? true : 'from 4.7'), () => /align/i.test(gen.help)],
  offset: [
    () => mk.make('plain', '-offset', '4096') && bytes().subarray(4096, 4100).toString() === 'hsqs',
    () => /offset/i.test(gen.help),
  ],
  'excludes: paths, lists, globs': [
    () =>
      [
        ['-wildcards', '-e', 'f*'],
        ['-ef', list('excludes', 'file\n')],
        ['-e', 'file'],
      ].every((options) => mk.make('plain', ...options) && !unpackedNames().includes('file')),
    () => /exclude/i.test(gen.help),
  ],
  'added and changed entries': [
    () => mk.make('plain', '-p', 'added d 755 0 0') && unpackedNames().includes('added') && 'pseudo files',
    () => /--pack-file/.test(gen.help) && 'list file',
  ],
  "options in mksquashfs's spelling": [() => '–', () => gen.make('plain', '-noappend', '-no-progress')],
  "the same tree as the peer's image": [() => '–', () => '–'],
  'readers besides the kernel': [() => '–', () => '–'],
  'the same bytes for any number of threads': [
    () => sameBytes(mk, ['-processors', '1', '-mkfs-time', '0'], ['-processors', '4', '-mkfs-time', '0']),
    () => sameBytes(gen, ['-j', '1'], ['-j', '4']),
  ],
  'reports metadata that cannot be stored': [
    () => {
      const { status, stdout, stderr } = judge('mksquashfs', [at('acl'), image, '-noappend', '-no-progress']);
      return status === 0 && /system\.posix_acl_access/.test(stdout + stderr) && 'ACLs, late';
    },
    () => !gen.make('acl', '-x') && 'ACLs end it',
  ],
  'all switches together on random trees': [() => '–', () => '–'],
  'reading as a tree': [
    () => mk.make('plain') && unpackedNames().includes('file') && 'unsquashfs',
    () => judge('rdsquashfs', ['-l', '/', image]).stdout.includes('file') && 'rdsquashfs',
  ],
  appending: [
    () => {
      mk.make('plain');
      const { status } = judge('mksquashfs', [at('equal'), image, ...quiet]);
      return status === 0 && ['file', 'a/one'].every((name) => unpackedNames().includes(name));
    },
    () => {
      gen.make('plain');
      return spawnSync('gensquashfs', ['-D', at('equal'), '-q', image]).status === 0;
    },
  ],
};

function unpackedNames(): string[] {
  return judge('unsquashfs', ['-ls', image])
    .stdout.split('\n')
    .map((line) => line.replace(/^squashfs-root\/?/, ''));
}

function unpackedOwners(): boolean {
  return judge('unsquashfs', ['-lln', image]).stdout.includes('70000/70001');
}

/** `yes` for what works, `no` for what does not; marks of findings and what else a cell says after it do not count. */
function spoken(cell: string): string {
  return cell.replace(/ [¹²]$/, '');
}

test('every row of the comparison is tried', () => {
  expect(rows.map(([, feature]) => feature)).toEqual(Object.keys(PROBES));
});

describe.each(rows.map((cells) => [cells[1]!, cells[3]!, cells[4]!] as const))(
  '%s',
  (feature, mksquashfs, gensquashfs) => {
    for (const [index, [tool, cell]] of [
      ['mksquashfs', mksquashfs] as const,
      ['gensquashfs', gensquashfs] as const,
    ].entries()) {
      oracle(
        tool,
        'unsquashfs',
        'setfattr',
        'setfacl',
      )(`${tool}: ${cell}`, async () => {
        const found = await PROBES[feature]![index]!();
        if (found === 'finding') expect(cell).toMatch(/[¹²]$/);
        else expect(spoken(cell)).toBe(typeof found === 'string' ? found : found ? 'yes' : 'no');
      });
    }
  },
);
