import { describe, expect, test } from 'vitest';
import { dosTime, isDosTime } from '../../../../src/bytes/index.js';
import { timestamp } from '../../../../src/bytes/time.js';
import { renderTable, tableLength } from '../../../../src/format/fat/allocation-table.js';
import { bootSector16, bootSector32, renderBootSector } from '../../../../src/format/fat/boot-sector.js';
import { renderLongName } from '../../../../src/format/fat/directory-entry.js';
import { renderFsInfo } from '../../../../src/format/fat/fs-info.js';

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');
const ascii = (text: string) => Uint8Array.from(Buffer.from(text, 'latin1'));
const seconds = (iso: string) => timestamp(Date.parse(iso) / 1000);

describe('allocation table', () => {
  const chains = [
    { first: 2, count: 1 },
    { first: 3, count: 3 },
  ];
  const table = (type: 12 | 16 | 32) => hex(Buffer.concat([...renderTable(type, chains)]));

  test('FAT12 packs two entries into three bytes', () => {
    // f8f fff | fff 004 | 005 fff
    expect(table(12)).toBe('f8ffff' + 'ff4f00' + '05f0ff');
  });
  test('FAT16', () => expect(table(16)).toBe('f8ffffffffff04000500ffff'));
  test('FAT32 leaves the upper four bits clear', () => {
    expect(table(32)).toBe('f8ffff0f' + 'ffffff0f' + 'ffffff0f' + '04000000' + '05000000' + 'ffffff0f');
  });
  test('an empty volume has its two fixed entries', () => {
    expect(hex(Buffer.concat([...renderTable(16, [])]))).toBe('f8ffffff');
  });
  test('length counts the two entries that are not clusters', () => {
    expect([tableLength(12, 341), tableLength(16, 254), tableLength(32, 126)]).toEqual([515, 512, 512]);
  });
  test('portions join without a seam', () => {
    const all = Buffer.concat([...renderTable(16, [{ first: 2, count: 65_500 }])]);
    const twelve = Buffer.concat([...renderTable(12, [{ first: 2, count: 70_001 }])]);
    const inconsistent = [];
    for (let i = 2; i < 65_501; i++) if (all.readUInt16LE(i * 2) !== i + 1) inconsistent.push(i);
    expect(inconsistent).toEqual([]);
    expect(all.readUInt16LE(65_501 * 2)).toBe(0xffff);
    expect(twelve.length).toBe(Math.ceil((70_003 * 12) / 8));
  });
});

describe('boot sector', () => {
  const volume = {
    sectorSize: 512,
    sectorsPerCluster: 4,
    reservedSectors: 8,
    rootEntries: 512,
    sectors: 40_960,
    fatSectors: 40,
    hiddenSectors: 64,
    serial: 0x1234abcd,
    label: 'BOOT',
  };

  test('FAT16: the bytes of the parameter block', () => {
    const bytes = renderBootSector({ ...volume, type: 16 });
    expect(hex(bytes.subarray(0, 62))).toBe(
      'eb3c90' +
        hex(ascii('ISOPRESS')) +
        '0002' +
        '04' +
        '0800' +
        '02' +
        '0002' +
        '00a0' +
        'f8' +
        '2800' +
        '2000' +
        '4000' +
        '40000000' +
        '00000000' +
        '80' +
        '00' +
        '29' +
        'cdab3412' +
        hex(ascii('BOOT       FAT16   ')),
    );
    expect(hex(bytes.subarray(510))).toBe('55aa');
    expect(bootSector16.encode(bootSector16.decode(bytes))).toEqual(bytes);
  });

  test('65 536 sectors and more use the 32-bit count', () => {
    const bytes = bootSector16.decode(renderBootSector({ ...volume, type: 16, sectors: 65_536 }));
    expect([bytes.sectors16, bytes.sectors32]).toEqual([0, 65_536]);
  });

  test('FAT32 keeps the 16-bit fields zero and names its special sectors', () => {
    const bytes = renderBootSector({ ...volume, type: 32, rootEntries: 0, label: '' });
    const read = bootSector32.decode(bytes);
    expect(read).toMatchObject({ sectors16: 0, fatSectors16: 0, fatSectors32: 40, rootCluster: 2, fsInfoSector: 1 });
    expect(read).toMatchObject({ backupSector: 6, label: 'NO NAME', typeText: 'FAT32' });
    expect(bootSector32.encode(read)).toEqual(bytes);
  });

  test('the code points at its message and halts', () => {
    const { code } = bootSector16.decode(renderBootSector({ ...volume, type: 16 }));
    // pop si is at 6, followed by the distance from there to the text.
    const message = 6 + code[9]!;
    expect(Buffer.from(code.subarray(message, message + 11)).toString()).toBe('This volume');
    expect(hex(code.subarray(message - 3, message))).toBe('f4ebfd');
  });
});

test('FSInfo carries its three signatures', () => {
  const bytes = Buffer.from(renderFsInfo(1000, 30));
  expect([bytes.readUInt32LE(0), bytes.readUInt32LE(484), bytes.readUInt32LE(508)]).toEqual([
    0x41615252, 0x61417272, 0xaa550000,
  ]);
  expect([bytes.readUInt32LE(488), bytes.readUInt32LE(492)]).toEqual([1000, 30]);
  expect(Buffer.from(renderFsInfo(0, 30)).readUInt32LE(492)).toBe(0xffff_ffff);
});

describe('long names', () => {
  test('parts stand last first, padded after a terminator, tied by the checksum', () => {
    const short = ascii('THEQUI~1FOX');
    const entries = renderLongName('The quick brown.fox', short);
    // The example of the Microsoft specification.
    expect(entries.length).toBe(64);
    expect([entries[0], entries[32], entries[13], entries[45]]).toEqual([0x42, 0x01, 0x07, 0x07]);
    expect(hex(entries.subarray(1, 11))).toBe(hex(Buffer.from('wn.fo', 'utf16le')));
    expect(hex(entries.subarray(14, 26))).toBe(`${hex(Buffer.from('x', 'utf16le'))}0000${'ffffffff'.repeat(2)}`);
    expect(hex(entries.subarray(33, 43))).toBe(hex(Buffer.from('The q', 'utf16le')));
  });
  test('a name that fills its last entry has no terminator', () => {
    const entries = renderLongName('thirteen.char', ascii('THIRTE~1CHA'));
    expect([entries.length, hex(entries.subarray(28, 32))]).toEqual([32, hex(Buffer.from('ar', 'utf16le'))]);
  });
});

describe('times', () => {
  test('first, last and an odd second', () => {
    expect(dosTime(seconds('1980-01-01T00:00:00Z'))).toEqual({ date: 0x0021, time: 0, fine: 0 });
    expect(dosTime(seconds('2107-12-31T23:59:58Z'))).toEqual({ date: 0xff9f, time: 0xbf7d, fine: 0 });
    expect(dosTime({ ...seconds('2023-11-14T22:13:21Z'), nanoseconds: 987_654_321 })).toEqual({
      date: (43 << 9) | (11 << 5) | 14,
      time: (22 << 11) | (13 << 5) | 10,
      fine: 198,
    });
  });
  test('values outside become the nearest inside', () => {
    expect(dosTime(timestamp(0))).toEqual(dosTime(seconds('1980-01-01T00:00:00Z')));
    expect(dosTime(seconds('2200-01-01T00:00:00Z'))).toMatchObject({ date: 0xff9f, time: 0xbf7d });
    expect([isDosTime(timestamp(0)), isDosTime(seconds('2107-12-31T23:59:59Z'))]).toEqual([false, true]);
  });
});
