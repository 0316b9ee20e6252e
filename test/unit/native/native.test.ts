import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  closeSync,
  cpSync,
  mkdirSync,
  openSync,
  readFileSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { constants } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { crc32c } from '../../../src/bytes/crc.js';
import { UnsupportedError } from '../../../src/errors.js';
import { checkHandshake } from '../../../src/native/binding.js';
import { chooseNative, loadNative } from '../../../src/native/index.js';
import { platformName } from '../../../src/native/platform.js';
import { answersIn, isDescribed } from '../../../src/source/native-entries.js';
import { scratchDirectory } from '../../support/scratch.js';
import { noise } from '../../support/trees.js';

const { addon, reason } = loadNative();

describe('the loader', () => {
  test('says either the addon or why there is none, and looks once', () => {
    expect(loadNative()).toBe(loadNative());
    expect(addon === undefined).toBe(reason !== undefined);
  });
  test('refuses a library that does not state this interface', () => {
    expect(checkHandshake({ abi: () => 999 }, '/x.node', 'x').reason).toMatch(/^\/x\.node has interface 999, not \d+;/);
    for (const library of [null, {}, { abi: 1 }, 'text']) {
      expect(checkHandshake(library, '/x.node', 'x').reason).toMatch(/interface unknown/);
    }
  });
  test('finds nothing, or what cannot be loaded, and does not throw', () => {
    const scratch = scratchDirectory();
    cpSync(fileURLToPath(new URL('../../../dist', import.meta.url)), join(scratch, 'dist'), { recursive: true });
    writeFileSync(join(scratch, 'package.json'), '{"type":"module"}');
    const script = `import { loadNative } from '${join(scratch, 'dist/native/index.js')}'; console.log(loadNative().reason)`;
    const load = () => spawnSync(process.execPath, ['--input-type=module', '-e', script], { encoding: 'utf8' });
    expect(load()).toMatchObject({ stderr: '', stdout: `no library is built or installed for ${platformName()}\n` });
    mkdirSync(join(scratch, 'native'));
    writeFileSync(join(scratch, `native/isopress.${platformName()}.node`), 'not a library');
    const broken = load();
    expect(broken.stderr).toBe('');
    expect(broken.stdout).toMatch(/isopress\..*\.node cannot be loaded: /);
  });
  test('names the platform as packages do', () => {
    expect(platformName()).toMatch(/^(linux-\w+-(gnu|musl)|(?!linux)\w+-\w+)$/);
  });
  test('portable never touches the addon, native insists on it', () => {
    expect(chooseNative('portable')).toEqual({ addon: undefined, reason: 'the portable engine was chosen' });
    if (addon) expect(chooseNative('native').addon).toBe(addon);
    else expect(() => chooseNative('native')).toThrow(UnsupportedError);
  });
});

describe.skipIf(!addon)('the addon', () => {
  test('states a version', () => expect(addon!.version()).toMatch(/^\d+\.\d+\.\d+$/));
  test('crc32c equals the portable one for every length and seed', () => {
    const data = noise(10_000, 7);
    for (const length of [0, 1, 7, 8, 9, 63, 255, 1024, 3071, 3072, 3073, 10_000]) {
      for (const seed of [~0, 0, 0x1234_5678, 0xffff_ffff]) {
        expect(addon!.crc32c(seed, data.subarray(0, length))).toBe(crc32c(seed, data, 0, length));
        expect(addon!.crc32c(seed, data.subarray(1, length))).toBe(crc32c(seed, data, Math.min(1, length), length));
      }
    }
  });
  test('misuse is an exception', () => {
    const { crc32c, holes, entries, listings } = addon as unknown as Record<string, (...args: unknown[]) => unknown>;
    const here = Buffer.from(import.meta.filename);
    for (const wrong of [undefined, null, 1, 'text', {}, [], new ArrayBuffer(8), new Float64Array(8)]) {
      expect(() => crc32c!(0, wrong)).toThrow();
      expect(() => entries!(wrong, here, true, -1, -1)).toThrow();
      expect(() => entries!(here, wrong, true, -1, -1)).toThrow();
      expect(() => listings!(wrong, Float64Array.of(-1, -1), 1, 1, true)).toThrow();
      expect(() => holes!(wrong, 1, -1, -1)).toThrow();
    }
    for (const wrong of [undefined, null, '1', {}, Number.NaN, -1, 0.5, 2 ** 53, Number.POSITIVE_INFINITY, 1n]) {
      expect(() => holes!(here, wrong, -1, -1)).toThrow();
      expect(() => listings!(here, Float64Array.of(-1, -1), wrong, 1, true)).toThrow();
      expect(() => listings!(here, Float64Array.of(-1, -1), 1, wrong, true)).toThrow();
    }
    for (const wrong of [undefined, null, 'x', {}, 1n]) expect(() => crc32c!(wrong, here)).toThrow();
  });
  test('directories that cannot be read, and entries that are not there, are answers with an errno', async () => {
    const result = (bytes: Uint8Array) => {
      const answer = Buffer.from(bytes);
      return { errno: answer.readUInt32LE(0), count: answer.readUInt32LE(4), answer };
    };
    const list = async (path: string) => {
      const listings = await addon!.listings(Buffer.from(`${path}\0`, 'latin1'), Float64Array.of(-1, -1), 10, 0, true);
      const [[, answer = new Uint8Array()] = []] = [...answersIn(listings)];
      return result(answer);
    };
    expect(await list('/nowhere/at/all')).toMatchObject({ errno: constants.errno.ENOENT, count: 0 });
    expect(await list(import.meta.filename)).toMatchObject({ errno: constants.errno.ENOTDIR, count: 0 });
    expect(await list('a'.repeat(1 << 20))).toMatchObject({ errno: constants.errno.ENAMETOOLONG, count: 0 });
    const none = result(await addon!.entries(Buffer.from('/a\0b'), Buffer.from('.\0'), true, -1, -1));
    expect(none).toMatchObject({ errno: constants.errno.EINVAL, count: 0 });
    const here = Buffer.from(import.meta.dirname);
    const { errno, count, answer } = result(await addon!.entries(here, Buffer.from('.\0none\0'), true, -1, -1));
    expect([errno, count, answer.readUInt32LE(12), answer.readUInt32LE(12 + 88)]).toEqual([
      0,
      2,
      0,
      constants.errno.ENOENT,
    ]);
  });
  test('directories are listed depth first until there are enough entries, and the first one in any case', async () => {
    const scratch = scratchDirectory();
    for (const path of ['a/b/c', 'a/d', 'e']) mkdirSync(join(scratch, path), { recursive: true });
    for (const path of ['a/1', 'a/2', 'a/b/3', 'e/4', 'e/5']) writeFileSync(join(scratch, path), '');
    const listed = async (budget: number, most = 10) => {
      const paths = Buffer.from(`${join(scratch, 'a')}\0${join(scratch, 'e')}\0`);
      const bytes = await addon!.listings(paths, Float64Array.of(-1, -1, -1, -1), most, budget, true);
      return [...answersIn(bytes)].map(([path, answer]) => [path.slice(scratch.length + 1), isDescribed(answer)]);
    };
    expect(await listed(0)).toEqual([['a', true]]);
    expect(await listed(5)).toEqual([
      ['a', true],
      ['a/b', true],
    ]);
    expect(await listed(100)).toEqual([
      ['a', true],
      ['a/b', true],
      ['a/b/c', true],
      ['a/d', true],
      ['e', true],
    ]);
    // A directory of too many entries is only named, and the scan asks about what is below it.
    expect(await listed(100, 3)).toEqual([
      ['a', false],
      ['e', true],
    ]);
  });
  test('files are gathered into its own memory, and no other', async () => {
    const scratch = scratchDirectory();
    const paths = Buffer.from(`${join(scratch, 'a')}\0${join(scratch, 'b')}\0`);
    writeFileSync(join(scratch, 'a'), 'abc');
    writeFileSync(join(scratch, 'b'), 'defgh');
    const into = addon!.allocate(8);
    expect(await addon!.gather(paths, Float64Array.of(0, 3, 0, 1, -1, -1, 1, 3, 4, 0, -1, -1), into)).toBe(-1);
    expect(Buffer.from(into).toString('latin1')).toBe('abc\0efg\0');
    for (const [expected, ...numbers] of [
      [1, 0, 3, 0, 1, -1, -1, 0, 4, 0, 1, -1, -1],
      [0, 0, 2, 0, 1, -1, -1, 0, 1, 0, 0, -1, -1],
      [1, 0, 3, 6 - 1, 1, -1, -1, 0, 5, 4, 1, -1, -1],
      [0, 0, 3, 2 ** 40, 0, -1, -1, 0, 0, 0, 0, -1, -1],
      [0, 2 ** 53 - 1, 1, 0, 0, -1, -1, 0, 0, 0, 0, -1, -1],
      [0, 0, 3, 0, 1, 0, 0, 0, 0, 0, 0, -1, -1],
    ]) {
      expect(await addon!.gather(paths, Float64Array.from(numbers), into)).toBe(expected);
    }
    const { gather } = addon as unknown as Record<string, (...args: unknown[]) => unknown>;
    const one = Float64Array.of(0, 1, 0, 0, -1, -1);
    for (const wrong of [undefined, null, 1, 'x', {}, new Float64Array(6), new ArrayBuffer(4)]) {
      expect(() => gather!(wrong, one, into)).toThrow();
      expect(() => gather!(paths, one, wrong)).toThrow();
    }
    for (const wrong of [undefined, null, 1, [0, 1, 0, 0, -1, -1], new Uint8Array(4)]) {
      expect(() => gather!(paths, wrong, into)).toThrow();
    }
    expect(() => gather!(paths, one, new Uint8Array(8))).toThrow(/not allocated here/);
    expect(() => gather!(Buffer.from(''), one, into)).toThrow(/no path/);
    for (const wrong of [-1, 0.5, Number.NaN, 2 ** 53]) {
      expect(() => gather!(paths, Float64Array.of(0, wrong, 0, 0, -1, -1), into)).toThrow();
    }
    const gone = addon!.allocate(8);
    const pending = addon!.gather(paths, one, gone);
    // Taking the memory away does not take it from the thread. Node.js 22.23 does not let it be taken.
    try {
      structuredClone(gone.buffer, { transfer: [gone.buffer as ArrayBuffer] });
    } catch (error) {
      expect(error).toMatchObject({ name: 'DataCloneError' });
    }
    expect(await pending).toBe(-1);
  });
  test('files are moved into an open file, also if that is closed meanwhile', async () => {
    const scratch = scratchDirectory();
    const paths = Buffer.from(`${join(scratch, 'a')}\0`);
    writeFileSync(join(scratch, 'a'), 'abc');
    const memory = addon!.allocate(8).fill(0x2e);
    const target = openSync(join(scratch, 'image'), 'wx');
    const whole = Float64Array.of(0, 3, 2, 1, -1, -1);
    const moved = addon!.transfer(paths, whole, memory, 7, target, 4096);
    closeSync(target);
    expect(await moved).toBe(-1);
    expect(readFileSync(join(scratch, 'image'), 'latin1')).toBe(`${'\0'.repeat(4096)}..abc..`);
    const image = openSync(join(scratch, 'image'), 'r+');
    // Nothing is written if a file differs.
    expect(await addon!.transfer(paths, Float64Array.of(0, 2, 0, 1, -1, -1), memory, 8, image, 0)).toBe(0);
    expect(await addon!.transfer(paths, whole, memory, 9, image, 0)).toBe(-2);
    expect(readFileSync(join(scratch, 'image'), 'latin1').startsWith('\0'.repeat(4096))).toBe(true);
    closeSync(image);
    expect(() => addon!.transfer(paths, whole, memory, 8, -1, 0)).toThrow(/EBADF|file descriptor/);
    for (const wrong of [-1, 0.5, Number.NaN]) {
      expect(() => addon!.transfer(paths, whole, memory, wrong, 1, 0)).toThrow();
      expect(() => addon!.transfer(paths, whole, memory, 8, 1, wrong)).toThrow();
    }
    expect(() => addon!.transfer(paths, whole, new Uint8Array(8), 8, 1, 0)).toThrow(/not allocated here/);
  });
  test('a digest is that of the bytes, in any memory', async () => {
    const bytes = noise(200_000, 3);
    const shared = addon!.allocate(bytes.length);
    shared.set(bytes);
    for (const length of [0, 1, 55, 56, 64, 4096, bytes.length]) {
      const expected = createHash('sha256').update(bytes.subarray(0, length)).digest('hex');
      for (const memory of [bytes, shared]) {
        const digest = await addon!.sha256(memory.subarray(0, length));
        expect(Buffer.from(digest).toString('hex')).toBe(expected);
      }
    }
  });
  test('a range of a file is read only with its digest, also if the file is closed meanwhile', async () => {
    const path = join(scratchDirectory(), 'file');
    const bytes = noise(10_000, 5);
    writeFileSync(path, bytes);
    const digest = createHash('sha256').update(bytes.subarray(100, 5100)).digest();
    const into = addon!.allocate(5000);
    const file = openSync(path, 'r');
    const reading = addon!.readChecked(file, 100, into, digest);
    const others = [101, 5001, 20_000].map((at) => addon!.readChecked(file, at, addon!.allocate(5000), digest));
    const short = addon!.readChecked(file, 100, addon!.allocate(5000), digest.subarray(0, 31));
    closeSync(file);
    expect(await reading).toBe(true);
    expect(Buffer.compare(into, bytes.subarray(100, 5100))).toBe(0);
    expect(await Promise.all([...others, short])).toEqual([false, false, false, false]);
    expect(() => addon!.readChecked(-1, 0, into, digest)).toThrow(expect.objectContaining({ code: 'EBADF' }));
    expect(() => addon!.readChecked(0, 0, new Uint8Array(10), digest)).toThrow(/not allocated here/);
    expect(() => addon!.readChecked(0, -1, into, digest)).toThrow();
  });
  test('the state of a file is the one of the system, and of another file there is none', async () => {
    const top = scratchDirectory();
    writeFileSync(join(top, 'file'), 'text');
    utimesSync(join(top, 'file'), 1_700_000_000.25, -1.5);
    symlinkSync('file', join(top, 'link'));
    const { dev, ino, size, mtimeNs, ctimeNs } = statSync(join(top, 'file'), { bigint: true });
    const [device, inode] = [Number(dev), Number(ino)];
    const state = async (name: string, length = 4, flags = 1, identity = [device, inode]) => {
      const paths = Buffer.from(`${join(top, name)}\0`);
      const answer = Buffer.from(await addon!.states(paths, Float64Array.of(0, length, 0, flags, ...identity)));
      return Array.from({ length: 5 }, (_, i) => answer.readBigInt64LE(i * 8));
    };
    expect(await state('file')).toEqual([dev, ino, size, mtimeNs, ctimeNs]);
    const none = [0n, 0n, 0n, 0n, 0n];
    expect(await state('file', 5)).toEqual(none);
    expect(await state('file', 4, 3)).toEqual(none);
    expect(await state('file', 4, 1, [device, inode + 1])).toEqual(none);
    for (const name of ['link', 'missing', '.']) expect(await state(name)).toEqual(none);
    expect(() => addon!.states(Buffer.from('a\0'), Float64Array.of(0, -1, 0, 0, 0, 0))).toThrow();
  });
  test('memory that was given away counts as empty', () => {
    const bytes = new Uint8Array(16).fill(1);
    structuredClone(bytes.buffer, { transfer: [bytes.buffer] });
    expect(addon!.crc32c(5, bytes)).toBe(5);
  });
});
