// Which compression an initrd gets, and why.
import { expect, test } from 'vitest';
import { fromText } from '../../../../src/bytes/index.js';
import { CONTAINERS } from '../../../../src/compress/index.js';
import { bytesSource, quietRun } from '../../../../src/io/index.js';
import {
  type CompressionSituation,
  checkInitrdOptions,
  chooseInitrdCompression,
  type InitrdCompressionRequest,
} from '../../../../src/live/initrd/choose-compression.js';
import { FileTree, file, symlink } from '../../../../src/tree/index.js';

const text = (content: string) => file(bytesSource(Buffer.from(content)));
type Files = Readonly<Record<string, string>>;

function situation(files: Files, changes: Partial<CompressionSituation> = {}): CompressionSituation {
  const root = FileTree.of(Object.fromEntries(Object.entries(files).map(([path, content]) => [path, text(content)])));
  const usual = { kernelVersion: '6.1.0', asked: undefined, xz: false, generation: 'kiwi-10', canLeave: true };
  return { root, ...usual, engine: 'portable', ...changes };
}

async function chosen(files: Files, changes?: Partial<CompressionSituation>): Promise<string> {
  const choice = await chooseInitrdCompression(situation(files, changes), quietRun());
  if (choice.by === 'isopress') return `${choice.stream.name} ${choice.stream.level}, ${choice.reason}`;
  if (choice.by === 'nobody') return `none, ${choice.reason}`;
  return `dracut ${choice.option ?? 'as configured'}, ${choice.reason}`;
}

const KERNEL = 'CONFIG_BLK_DEV_INITRD=y\nCONFIG_RD_GZIP=y\n# CONFIG_RD_BZIP2 is not set\nCONFIG_RD_ZSTD=y\n';
const ALL = CONTAINERS.map(({ name }) => `CONFIG_RD_${name.toUpperCase()}=y`).join('\n');

test('as asked for, then by the generation, then by the configuration of dracut, else gzip', async () => {
  const files = { 'etc/dracut.conf': 'compress="lz4"\n' };
  const asked = { name: 'zstd', level: 3 } as const;
  expect(await chosen(files, { asked, xz: true })).toBe('zstd 3, as asked for');
  expect(await chosen(files, { asked: { name: 'none' } })).toBe('none, as asked for');
  expect(await chosen(files, { xz: true, generation: 'kiwi-9.20' })).toBe('xz 6, the usual one of kiwi-9.20');
  expect(await chosen(files)).toBe('lz4 9, "lz4" in etc/dracut.conf');
  expect(await chosen({})).toBe('gzip 6, the usual one of dracut');
});

test.each([
  [
    'the last file by name, of both directories',
    { 'etc/dracut.conf.d/10-a.conf': 'compress=xz', 'usr/lib/dracut/dracut.conf.d/20-b.conf': 'compress=zstd' },
    'zstd 15, "zstd" in usr/lib/dracut/dracut.conf.d/20-b.conf',
  ],
  [
    '/etc before /usr for the same name',
    { 'etc/dracut.conf.d/10-a.conf': 'compress=xz', 'usr/lib/dracut/dracut.conf.d/10-a.conf': 'compress=zstd' },
    'xz 6, "xz" in etc/dracut.conf.d/10-a.conf',
  ],
  [
    'the directories after dracut.conf',
    { 'etc/dracut.conf': 'compress=xz', 'usr/lib/dracut/dracut.conf.d/01.conf': "compress='lzop'" },
    'lzo 0, "lzop" in usr/lib/dracut/dracut.conf.d/01.conf',
  ],
  [
    'the last assignment, none in comments and none that is empty',
    { 'etc/dracut.conf': '#compress=lz4\ncompress=xz # xz\n  compress="zstd"; foo=1\ncompressor=lz4\n' },
    'zstd 15, "zstd" in etc/dracut.conf',
  ],
  ['an empty value', { 'etc/dracut.conf': 'compress=xz\ncompress=""\n' }, 'gzip 6, the usual one of dracut'],
  [
    'files of another name',
    { 'etc/dracut.conf.d/10-a.conf.dpkg-old': 'compress=xz' },
    'gzip 6, the usual one of dracut',
  ],
  [
    'the level of a command',
    { 'etc/dracut.conf': 'compress="/usr/bin/zstd -q -19 -T0"' },
    'zstd 19, "/usr/bin/zstd -q -19 -T0" in etc/dracut.conf',
  ],
  ['a level that is not there', { 'etc/dracut.conf': 'compress="xz -77"' }, 'xz 6, "xz -77" in etc/dracut.conf'],
  ['pigz', { 'etc/dracut.conf': 'compress=pigz' }, 'gzip 6, "pigz" in etc/dracut.conf'],
  ['cat', { 'etc/dracut.conf': 'compress=cat' }, 'none, "cat" in etc/dracut.conf'],
  ['the old name', { 'etc/dracut.conf': 'INITRD_COMPRESS=xz\ncompress=lz4\n' }, 'xz 6, "xz" in etc/dracut.conf'],
  [
    'what is not made here',
    { 'etc/dracut.conf': 'compress="bzip2"' },
    'dracut as configured, "bzip2" in etc/dracut.conf, which is left to dracut',
  ],
  [
    'what is computed',
    { 'etc/dracut.conf': 'compress="$(choose)"' },
    'dracut as configured, "$(choose)" in etc/dracut.conf, which is left to dracut',
  ],
] as const)('the configuration of dracut: %s', async (_what, files, expected) => {
  expect(await chosen(files as Files)).toBe(expected);
});

test.each(['boot/config-6.1.0', 'usr/lib/modules/6.1.0/config', 'lib/modules/6.1.0/config'])(
  'what the kernel does not unpack by %s is an error if it was asked for, else replaced',
  async (path) => {
    const asked = { name: 'xz' } as const;
    await expect(chosen({ [path]: KERNEL }, { asked })).rejects.toMatchObject({
      code: 'live.initrd-compression',
      hint: 'Choose gzip, zstd, none.',
    });
    expect(await chosen({ [path]: KERNEL }, { xz: true })).toMatch(/^gzip 6, .* but the kernel does not unpack xz$/);
    expect(await chosen({ [path]: KERNEL }, { asked: { name: 'none' } })).toBe('none, as asked for');
    expect(await chosen({ [path]: '# CONFIG_RD_GZIP is not set\n' })).toMatch(/^none, /);
    expect(await chosen({ [path]: ALL }, { asked })).toBe('xz 6, as asked for');
    expect(await chosen({ [path]: 'CONFIG_64BIT=y\n' }, { asked })).toBe('xz 6, as asked for');
  },
);

test('a dracut without --no-compress compresses by its option, or as it is configured', async () => {
  const canLeave = false;
  const why = 'this dracut cannot leave an initrd uncompressed';
  expect(await chosen({}, { canLeave })).toBe(`dracut as configured, the usual one of dracut; ${why}`);
  expect(await chosen({}, { canLeave, xz: true })).toMatch(/^dracut --xz, /);
  expect(await chosen({}, { canLeave, asked: { name: 'zstd' } })).toBe(`dracut --zstd, as asked for; ${why}`);
});

test('levels and names that are not there are refused', async () => {
  for (const asked of [
    { name: 'xz', level: 10 },
    { name: 'lzo', level: 1 },
    { name: 'zstd', level: 0 },
  ] as const) {
    await expect(chosen({}, { asked })).rejects.toMatchObject({ code: 'compress.level', exitCode: 2 });
  }
});

test.each([
  [{ name: 'zstd', level: 23 }, 'compress.level'],
  [{ name: 'none', level: 1 }, 'compress.level'],
  [{ name: 'bzip2' }, 'compress.unknown'],
])('%o is refused before there is a tree, in the name of the option', (compression, code) => {
  const options = { compression: compression as InitrdCompressionRequest };
  expect(() => checkInitrdOptions(options, 'portable')).toThrow(
    expect.objectContaining({ code, exitCode: 2, option: 'initrd.compression' }),
  );
  expect(() => checkInitrdOptions({ compression: { name: 'none' } }, undefined)).not.toThrow();
});

test('files of the configuration are found through links that stay in the tree', async () => {
  const root = FileTree.of({
    'etc/dracut.conf.d/10.conf': symlink(fromText('/usr/share/dracut/10.conf')),
    'usr/share/dracut/10.conf': text('compress=zstd'),
  });
  const choice = await chooseInitrdCompression({ ...situation({}), root }, quietRun());
  expect(choice).toMatchObject({ by: 'isopress', stream: { name: 'zstd' } });
});
