// fscreateoptions of a root image that is a squashfs: mksquashfs's options that concern the image.
import { expect, test } from 'vitest';
import { readSquashfsRootOptions, rootCompressionRequest } from '../../../src/live/root-image/squashfs-options.js';

const MIB = 1024 * 1024;

test('options of the image are taken as the command takes them', () => {
  expect(readSquashfsRootOptions('')).toEqual({ compression: {}, image: {} });
  expect(readSquashfsRootOptions(' -comp zstd  -Xcompression-level 19 -b 256K -no-exports -noappend')).toEqual({
    compression: { name: 'zstd', level: 19 },
    image: { blockSize: 256 * 1024, exportTable: false },
  });
  expect(readSquashfsRootOptions('-comp gzip -Xwindow-size 10 -Xstrategy fixed -noInodeCompression -o 1M')).toEqual({
    compression: { name: 'gzip', windowBits: 10, strategies: ['fixed'] },
    image: { stored: ['inodes', 'ids'], offset: MIB },
  });
});

test('a dictionary in percent is a share of the block', () => {
  const asked = readSquashfsRootOptions('-comp xz -Xbcj x86,arm -Xdict-size 50%');
  expect(rootCompressionRequest(asked, MIB)).toEqual({ name: 'xz', bcj: ['x86', 'arm'], dictionarySize: MIB / 2 });
  expect(rootCompressionRequest(readSquashfsRootOptions('-Xdict-size 128K'), MIB)).toEqual({ dictionarySize: 131_072 });
});

test.each([
  ['-e x', '-e of mksquashfs'],
  ['-all-root', '-all-root of mksquashfs'],
  ['-p x', '-p of mksquashfs'],
  ['-recover x', '-recover of mksquashfs'],
  ['-nonsense', '"-nonsense" is not an option'],
  ['-b', 'needs a value'],
  ['-b big', 'must be a size'],
  ['-Xcompression-level high', 'must be a whole number'],
  ['-Xdict-size 101%', 'up to 100%'],
  ['-Xbcj x86,vax', 'must be a list of x86'],
])('%s is refused', (text, message) => {
  expect(() => readSquashfsRootOptions(text)).toThrow(message);
  expect(() => readSquashfsRootOptions(text)).toThrow(expect.objectContaining({ code: 'squashfs.mksquashfs-option' }));
});
