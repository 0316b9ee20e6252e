// Options for making a squashfs, in the words of mksquashfs.
import { expect, test } from 'vitest';
import { readSquashfsWords } from '../../../src/live/squashfs-words.js';

const MIB = 1024 * 1024;

test('words become options', () => {
  expect(readSquashfsWords('')).toEqual({ compression: {}, image: {} });
  expect(readSquashfsWords(' -comp zstd  -Xcompression-level 19 -b 256K -no-exports -noappend')).toEqual({
    compression: { name: 'zstd', level: 19 },
    image: { blockSize: 256 * 1024, exportTable: false },
  });
  expect(readSquashfsWords('-comp xz -Xbcj x86,arm -Xdict-size 50% -noI -noX -no-fragments -nopad')).toEqual({
    compression: { name: 'xz', bcj: ['x86', 'arm'], dictionarySize: MIB / 2 },
    image: { fragments: false, padTo: 1, stored: ['inodes', 'ids', 'xattrs'] },
  });
  expect(readSquashfsWords('-Xdict-size 128K').compression).toEqual({ dictionarySize: 128 * 1024 });
});

test.each([
  ['-e x', 'is not translated'],
  ['-b', 'needs a value'],
  ['-b big', 'must be a size'],
  ['-Xcompression-level high', 'must be a number'],
  ['-Xbcj x86,vax', 'no filter "vax"'],
])('%s is refused', (text, message) => {
  expect(() => readSquashfsWords(text)).toThrow(message);
  expect(() => readSquashfsWords(text)).toThrow(expect.objectContaining({ code: 'live.squashfs-option' }));
});
