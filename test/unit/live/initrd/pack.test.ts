// From the file that dracut leaves to the initrd of the medium.
import { describe, expect, test } from 'vitest';
import { fromText } from '../../../../src/bytes/index.js';
import { chooseStreamCompression, unpackStream } from '../../../../src/compress/index.js';
import { earlyArchiveLength, renderCpio } from '../../../../src/format/cpio/index.js';
import { bytesSource, type Data, isBackpatch, isHole, type Piece, quietRun } from '../../../../src/io/index.js';
import type { InitrdCompression } from '../../../../src/live/initrd/choose-compression.js';
import { type PackedInitrd, packInitrd } from '../../../../src/live/initrd/pack.js';

const archive = (...paths: string[]) =>
  renderCpio(
    paths.map((path, i) => ({ path: fromText(path), mode: 0o644, mtime: i, bytes: Buffer.alloc(i * 999, 7) })),
  );
const main = archive('bin/sh', 'init', 'usr/lib/x');
/** As dracut makes it: filled up to a multiple of 512 bytes. */
const early = Buffer.concat([
  archive('early_cpio', 'kernel/x86/microcode/GenuineIntel.bin'),
  new Uint8Array(512),
]).subarray(0, 2048);
const gzip: InitrdCompression = {
  by: 'isopress',
  stream: chooseStreamCompression({ name: 'gzip', engine: 'portable' }),
  reason: '',
};

const pack = (bytes: Uint8Array, choice: InitrdCompression = gzip, appended?: Uint8Array, isSquashed = false) =>
  packInitrd({ file: bytesSource(bytes), appended, isSquashed }, choice, quietRun());

async function bytesOf({ content }: PackedInitrd): Promise<Buffer> {
  const parts: Uint8Array[] = [];
  for await (const piece of content.pieces(quietRun()) as AsyncIterable<Piece>) parts.push(plain(piece));
  return Buffer.concat(parts);
}

function plain(piece: Piece): Uint8Array {
  if (isBackpatch(piece)) throw new Error('an initrd has no backpatches');
  return isHole(piece) ? new Uint8Array(piece.hole) : (piece as Data & Uint8Array).slice();
}

async function gunzip(bytes: Uint8Array): Promise<Buffer> {
  const parts: Uint8Array[] = [];
  const pieces = (async function* () {
    yield bytes;
  })();
  for await (const piece of unpackStream('gzip', pieces, 1e9)) parts.push(piece.slice());
  return Buffer.concat(parts);
}

test('an archive is compressed', async () => {
  const packed = await pack(main);
  expect(packed).toMatchObject({ unpackedSize: main.length, compression: { name: 'gzip', level: 6 } });
  expect(packed.content.size).toBeUndefined();
  expect(await gunzip(await bytesOf(packed))).toEqual(Buffer.from(main));
});

test('an appended archive is compressed too, at a multiple of four bytes', async () => {
  const appended = archive('.profile');
  const cut = main.subarray(0, main.length - 1);
  const expected = Buffer.concat([cut, new Uint8Array(1), appended]);
  expect(await gunzip(await bytesOf(await pack(cut, gzip, appended)))).toEqual(expected);
  expect(await bytesOf(await pack(cut, { by: 'nobody', reason: '' }, appended))).toEqual(expected);
});

describe('an early archive', () => {
  test('stays in front as it is, up to where the next one starts', async () => {
    const bytes = await bytesOf(await pack(Buffer.concat([early, main])));
    expect(bytes.subarray(0, early.length)).toEqual(early);
    expect(await gunzip(bytes.subarray(early.length))).toEqual(Buffer.from(main));
  });

  test('is known by its names', async () => {
    const length = (bytes: Uint8Array) => earlyArchiveLength(bytesSource(bytes), quietRun());
    expect(await length(Buffer.concat([early, main]))).toBe(early.length);
    expect(await length(main)).toBe(0);
    expect(await length(early)).toBe(0);
    expect(await length(Buffer.concat([archive('kernel', 'kernelspace'), main]))).toBe(0);
    expect(await length(archive())).toBe(0);
    await expect(length(early.subarray(0, 700))).rejects.toMatchObject({ code: 'cpio.damaged' });
  });

  test('may precede what dracut compressed', async () => {
    const bytes = Buffer.concat([early, Buffer.of(0x28, 0xb5, 0x2f, 0xfd, 1, 2, 3)]);
    const packed = await pack(bytes);
    expect(packed).toMatchObject({ compression: { name: 'zstd', engine: 'dracut' }, unpackedSize: undefined });
    expect(await bytesOf(packed)).toEqual(bytes);
  });
});

test('an initrd that dracut compressed or squashed, or that shall not be compressed, is not changed', async () => {
  const bzip2 = Buffer.from('BZh91AY&SY...............');
  const byDracut = await pack(bzip2, { by: 'dracut', option: undefined, reason: '' });
  expect(byDracut.compression).toEqual({ name: 'bzip2', level: 0, engine: 'dracut' });
  expect(await bytesOf(byDracut)).toEqual(bzip2);
  for (const packed of [await pack(main, gzip, undefined, true), await pack(main, { by: 'nobody', reason: '' })]) {
    expect(packed).toMatchObject({ compression: { name: 'none' }, unpackedSize: main.length });
    expect(await bytesOf(packed)).toEqual(Buffer.from(main));
  }
});
