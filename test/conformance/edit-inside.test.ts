// isopress edit --inside on live discs × unsquashfs, xorriso and checkisomd5: only what was asked for differs, and only that is compressed.
import { existsSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect } from 'vitest';
import { isopress } from '../support/command.js';
import { judge, kernelOracle, oracle } from '../support/oracle.js';
import { validReport } from '../support/reports.js';
import { scratchDirectory } from '../support/scratch.js';
import { succeed } from '../support/tools.js';
import { noise } from '../support/trees.js';

const scratch = scratchDirectory();
const at = (name: string) => join(scratch, name);
const write = (path: string, bytes: string | Uint8Array) => {
  mkdirSync(join(at(path), '..'), { recursive: true });
  writeFileSync(at(path), bytes);
};

beforeAll(() => {
  for (let i = 0; i < 50; i++) write(`root/usr/lib/library-${i}.so`, `library ${i}\n`.repeat(1000 + 777 * i));
  write('root/usr/share/noise', noise(1_500_000, 1));
  write('root/etc/motd', 'old\n');
  symlinkSync('usr/lib', at('root/lib'));
  write('new', 'new\n');
  write('firmware/vendor/blob.bin', noise(200_000, 2));
});

/** Runs the command and gives its report. */
function edit(image: string, output: string, ...options: string[]) {
  const result = isopress(['edit', image, output, '--force', '--quiet', '--json', ...options], { cwd: scratch });
  expect(result).toMatchObject({ status: 0, stderr: '' });
  // biome-ignore lint/suspicious/noExplicitAny: held against its schema.
  return validReport(result.stdout) as any;
}

/** The files of the layer of a disc, taken out by other programs. */
function unpacked(image: string, layer: string, name: string): string {
  const squashfs = at(`${name}.sqfs`);
  const out = at(name);
  for (const path of [squashfs, out]) rmSync(path, { recursive: true, force: true });
  succeed('xorriso', ['-osirrox', 'on', '-indev', image, '-extract', layer, squashfs]);
  succeed('unsquashfs', ['-quiet', '-no-progress', '-dest', out, squashfs]);
  return out;
}

const CHANGES = ['--add', 'firmware:/lib/firmware', '--replace', 'new:/etc/motd', '--remove', '/usr/lib/library-7.so'];

function differences(a: string, b: string): string[] {
  const { stdout } = judge('diff', ['-rq', '--no-dereference', a, b]);
  return stdout
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => line.replaceAll(a, 'OLD').replaceAll(b, 'NEW'));
}

oracle(
  'mksquashfs',
  'unsquashfs',
  'xorriso',
  'implantisomd5',
  'checkisomd5',
  'sha256sum',
)('a layer of mksquashfs on a disc of xorriso, with a tag and a list of digests', () => {
  mkdirSync(at('disc/LiveOS'), { recursive: true });
  succeed('mksquashfs', [at('root'), at('disc/LiveOS/squashfs.img'), '-quiet', '-no-progress', '-comp', 'zstd']);
  write('disc/readme', 'readme\n');
  writeFileSync(
    at('disc/sha256sum.txt'),
    judge('sha256sum', ['LiveOS/squashfs.img', 'readme'], { cwd: at('disc') }).stdout,
  );
  const [image, edited] = [at('tagged.iso'), at('tagged.edited.iso')];
  succeed('xorriso', ['-as', 'mkisofs', '-quiet', '-R', '-J', '-V', 'LIVE', '-o', image, at('disc')]);
  succeed('implantisomd5', [image]);
  const options = [
    '--inside',
    'LiveOS/squashfs.img',
    ...CHANGES,
    '--mode',
    '/etc/motd=640',
    '--owner',
    '/etc/motd=3:4',
  ];
  const { layout } = edit(image, edited, ...options);
  const [layer] = layout.layers;
  const old = readFileSync(at('disc/LiveOS/squashfs.img')).length;
  // The new bytes, and the tails that shared a fragment with a file that did.
  expect(layer.compressed).toBeGreaterThanOrEqual(200_004);
  expect(layer.compressed).toBeLessThan(200_004 + 131_072);
  expect(layer.copied).toBeGreaterThan(old - 200_000);
  expect(layout.entries.map(({ path, change }: { path: string; change: string }) => `${change} ${path}`)).toEqual([
    'removed /LiveOS/squashfs.img/usr/lib/library-7.so',
    'replaced /LiveOS/squashfs.img/etc/motd',
    'added /LiveOS/squashfs.img/lib/firmware',
    'added /LiveOS/squashfs.img/lib/firmware/vendor',
    'added /LiveOS/squashfs.img/lib/firmware/vendor/blob.bin',
    'edited /LiveOS/squashfs.img',
    'edited /sha256sum.txt',
  ]);
  const out = unpacked(edited, '/LiveOS/squashfs.img', 'tagged');
  expect(differences(at('root'), out)).toEqual([
    'Files OLD/etc/motd and NEW/etc/motd differ',
    'Only in NEW/usr/lib: firmware',
    'Only in OLD/usr/lib: library-7.so',
  ]);
  expect(judge('stat', ['-c', '%a %u:%g', join(out, 'etc/motd')]).stdout).toBe('640 3:4\n');
  succeed('checkisomd5', [edited]);
  succeed('xorriso', ['-osirrox', 'on', '-indev', edited, '-extract', '/', at('whole')]);
  expect(judge('sha256sum', ['--check', '--quiet', 'sha256sum.txt'], { cwd: at('whole') })).toMatchObject({
    status: 0,
  });
  edit(image, at('again.iso'), ...options, '--jobs', '1');
  expect(Buffer.compare(readFileSync(at('again.iso')), readFileSync(edited))).toBe(0);
  expect(isopress(['verify', edited, '--quiet'], { cwd: scratch })).toMatchObject({ status: 0 });
});

oracle('xorriso', 'unsquashfs')('modes and owners of entries on the disc itself', () => {
  const image = at('plain.iso');
  mkdirSync(at('plain/docs/deep'), { recursive: true });
  write('plain/docs/deep/file', 'file\n');
  succeed('xorriso', ['-as', 'mkisofs', '-quiet', '-R', '-J', '-partition_offset', '16', '-o', image, at('plain')]);
  edit(
    image,
    at('modes.iso'),
    '--mode',
    '/docs=2750',
    '--owner',
    'docs=7:8',
    '--mode',
    'docs/deep/file=604',
    '--owner=/=5:6',
  );
  const listed = judge('xorriso', ['-indev', at('modes.iso'), '-find', '/', '-exec', 'lsdl']).stdout;
  const rows = listed.split('\n').map((line) => /^(\S+) +\d+ +(\d+) +(\d+) .*'(.*)'$/.exec(line)?.slice(1).join(' '));
  expect(rows.filter((row) => row !== undefined)).toEqual([
    'drwxr-xr-x 5 6 /',
    'drwxr-s--- 7 8 /docs',
    'drwxr-xr-x 0 0 /docs/deep',
    '-rw----r-- 0 0 /docs/deep/file',
  ]);
  expect(isopress(['verify', at('modes.iso'), '--quiet'], { cwd: scratch })).toMatchObject({ status: 0 });
  const { status, stdout } = isopress(['diff', image, at('modes.iso')], { cwd: scratch });
  expect(status).toBe(1);
  expect(stdout).toContain('~ docs/: mode 0755 → 2750');
});

describe('images of other formats, and images inside images', () => {
  beforeAll(() => {
    mkdirSync(at('layers/LiveOS'), { recursive: true });
    mkdirSync(at('nested/LiveOS'), { recursive: true });
    succeed('mke2fs', [
      '-q',
      '-t',
      'ext4',
      '-L',
      'ROOT',
      '-m',
      '2',
      '-d',
      at('root'),
      at('nested/LiveOS/rootfs.img'),
      '40M',
    ]);
    succeed('mksquashfs', [at('nested'), at('layers/LiveOS/squashfs.img'), '-quiet', '-no-progress', '-comp', 'zstd']);
    succeed('mkfs.erofs', ['-zlz4', '-C16384', at('layers/packed.erofs'), at('root')]);
    succeed('mkfs.erofs', [at('layers/plain.erofs'), at('root')]);
    succeed('mke2fs', ['-q', '-t', 'ext2', at('layers/old.img'), '1M']);
    succeed('cp', [at('nested/LiveOS/rootfs.img'), at('layers/dirty.img')]);
    succeed('debugfs', ['-w', '-R', 'set_super_value state 0', at('layers/dirty.img')]);
    writeFileSync(at('layers/after.erofs'), Buffer.concat([readFileSync(at('layers/plain.erofs')), noise(4096, 3)]));
    succeed('xorriso', ['-as', 'mkisofs', '-quiet', '-R', '-J', '-V', 'LIVE', '-o', at('layers.iso'), at('layers')]);
  });

  /** The image at a path of the edited disc, taken out by other programs. */
  function takenOut(disc: string, path: string): string {
    const image = at('taken-out.img');
    for (const old of [image, at('taken-out')]) rmSync(old, { recursive: true, force: true });
    const [outer, inner] = path.split('/LiveOS/rootfs.img');
    succeed('xorriso', ['-osirrox', 'on', '-indev', disc, '-extract', outer!, image]);
    if (inner === undefined) return image;
    succeed('unsquashfs', ['-quiet', '-no-progress', '-dest', at('taken-out'), image]);
    return at('taken-out/LiveOS/rootfs.img');
  }

  for (const [name, path, check] of [
    ['ext4 in squashfs', 'LiveOS/squashfs.img/LiveOS/rootfs.img', ['e2fsck', '-fn']],
    ['EROFS with compression', 'packed.erofs', ['fsck.erofs']],
    ['EROFS without compression', 'plain.erofs', ['fsck.erofs']],
  ] as const) {
    kernelOracle(
      'mke2fs',
      'mksquashfs',
      'mkfs.erofs',
      'xorriso',
      ...check.slice(0, 1),
    )(name, () => {
      const { layout } = edit(
        at('layers.iso'),
        at('layers.edited.iso'),
        '--inside',
        path,
        ...CHANGES,
        '--mode',
        '/etc/motd=640',
      );
      const image = takenOut(at('layers.edited.iso'), `/${path}`);
      succeed(check[0], [...check.slice(1), image]);
      mkdirSync(at('mounted'), { recursive: true });
      succeed('mount', ['-o', 'loop,ro', image, at('mounted')]);
      try {
        expect(differences(at('root'), at('mounted')).filter((line) => !line.endsWith('lost+found'))).toEqual([
          'Files OLD/etc/motd and NEW/etc/motd differ',
          'Only in NEW/usr/lib: firmware',
          'Only in OLD/usr/lib: library-7.so',
        ]);
        expect(judge('stat', ['-c', '%a', at('mounted/etc/motd')]).stdout).toBe('640\n');
      } finally {
        succeed('umount', [at('mounted')]);
      }
      edit(at('layers.iso'), at('again.iso'), '--inside', path, ...CHANGES, '--mode', '/etc/motd=640', '--jobs', '1');
      expect(Buffer.compare(readFileSync(at('again.iso')), readFileSync(at('layers.edited.iso')))).toBe(0);
      if (name !== 'ext4 in squashfs') return;
      const [old, now] = [readFileSync(at('nested/LiveOS/rootfs.img')), readFileSync(image)];
      expect(now.length).toBe(old.length);
      let blocks = 0;
      for (let block = 0; block < now.length; block += 4096) {
        if (!now.subarray(block, block + 4096).equals(old.subarray(block, block + 4096))) blocks++;
      }
      // The new file has 49 blocks; tables, bitmaps and directories change too.
      expect(blocks).toBeLessThan(110);
      const [outer, inner] = layout.layers;
      expect(inner).toMatchObject({ path: `/${path}`, format: 'ext4', size: old.length });
      expect(outer.copied).toBeGreaterThan(readFileSync(at('layers/LiveOS/squashfs.img')).length - 400_000);
      const facts = (file: string) =>
        judge('dumpe2fs', ['-h', file]).stdout.match(
          /^(Filesystem (?:UUID|features|volume).*|Reserved block count.*|Journal size.*|Inode count.*)$/gm,
        );
      expect(facts(image)).toEqual(facts(at('nested/LiveOS/rootfs.img')));
    });
  }

  oracle(
    'mke2fs',
    'mkfs.erofs',
    'xorriso',
  )('those that cannot be written again are refused before anything is written', () => {
    for (const [path, code] of [
      ['old.img', 'ext4.feature-required'],
      ['dirty.img', 'ext4.not-clean'],
      ['after.erofs', 'erofs.data-after'],
      ['LiveOS/squashfs.img/LiveOS/none.img', 'edit.no-file'],
      ['plain.erofs/etc/motd', 'edit.layer-format'],
      ['LiveOS/squashfs.img', 'edit.layer-nested'],
    ]) {
      const words = ['edit', 'layers.iso', 'refused.iso', '--quiet', '--inside', path!, '--add', 'firmware:/lib'];
      const { status, stderr } = isopress(words, { cwd: scratch });
      expect({ path, status, stderr }).toMatchObject({ status: 3, stderr: expect.stringContaining(`[${code}]`) });
      expect(existsSync(at('refused.iso'))).toBe(false);
    }
  });
});
