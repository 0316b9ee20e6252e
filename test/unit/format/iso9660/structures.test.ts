import { describe, expect, test } from 'vitest';
import { byteStringOf, fromText } from '../../../../src/bytes/text.js';
import { timestamp } from '../../../../src/bytes/time.js';
import { InvalidImageError } from '../../../../src/errors.js';
import { longDate, shortDate } from '../../../../src/format/iso9660/date.js';
import {
  FLAG_DIRECTORY,
  PARENT,
  readRecord,
  recordLength,
  rootRecord,
  writeRecord,
} from '../../../../src/format/iso9660/directory-record.js';
import { renderPathTable } from '../../../../src/format/iso9660/path-table.js';
import {
  renderJoliet,
  renderPrimary,
  renderTerminator,
  volumeDescriptor,
} from '../../../../src/format/iso9660/volume-descriptor.js';
import fc from '../../../support/random.js';

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');

describe('dates', () => {
  const view = new DataView(new ArrayBuffer(17));
  test('are written in UTC as the specification prints them', () => {
    longDate(0).write(view, 0, timestamp(1_700_000_000, 990_000_000));
    expect(Buffer.from(view.buffer).toString('latin1')).toBe('2023111422132099\0');
    shortDate(0).write(view, 0, timestamp(1_700_000_000));
    expect(hex(new Uint8Array(view.buffer, 0, 7))).toBe('7b0b0e160d1400');
  });

  test('"not specified" is sixteen digits zero, not NUL bytes', () => {
    longDate(0).write(view, 0, undefined);
    expect(Buffer.from(view.buffer).toString('latin1')).toBe(`${'0'.repeat(16)}\0`);
    expect(longDate(0).read(view, 0)).toBeUndefined();
  });

  test('read back, also with an offset from UTC', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: -2_208_988_800, max: 5_869_583_999 }),
        fc.integer({ min: -48, max: 52 }),
        (seconds, quarter) => {
          shortDate(0).write(view, 0, timestamp(seconds));
          view.setInt8(6, quarter);
          expect(shortDate(0).read(view, 0)).toEqual(timestamp(seconds - quarter * 900));
        },
      ),
    );
  });

  test('outside 1900…2155 move to the nearest that fits', () => {
    shortDate(0).write(view, 0, timestamp(-9e9));
    expect(shortDate(0).read(view, 0)).toEqual(timestamp(-2_208_988_800));
    shortDate(0).write(view, 0, timestamp(9e9));
    expect(shortDate(0).read(view, 0)).toEqual(timestamp(5_869_583_999));
  });
});

describe('directory records', () => {
  test('the root record embedded in descriptors has 34 bytes', () => {
    expect(hex(rootRecord(23, 4096, timestamp(1_700_000_000)))).toBe(
      '2200' + '1700000000000017' + '0010000000001000' + '7b0b0e160d1400' + '02' + '0000' + '01000001' + '0100',
    );
  });

  test('read back what was written, with even lengths', () => {
    const name = fc.uint8Array({ minLength: 1, maxLength: 80 }).map(byteStringOf);
    fc.assert(
      fc.property(name, fc.nat(60), fc.nat(0xffff_ffff), (identifier, used, extent) => {
        const systemUse = new Uint8Array(used + (used % 2)).fill(7);
        const record = { identifier, extent, size: 5, time: timestamp(1e9), flags: FLAG_DIRECTORY, systemUse };
        const block = new Uint8Array(2048);
        const length = writeRecord(record, block, 100);
        expect(length % 2).toBe(0);
        expect(length).toBe(recordLength(identifier, systemUse.length));
        expect(readRecord(block, 100)).toEqual({ ...record, isInterleaved: false, length });
      }),
    );
  });

  test('a record that cannot hold its name is refused', () => {
    const block = new Uint8Array(100);
    writeRecord(
      { identifier: PARENT, extent: 1, size: 1, time: timestamp(0), flags: 0, systemUse: new Uint8Array(0) },
      block,
      0,
    );
    block[32] = 90;
    expect(() => readRecord(block, 0)).toThrow(InvalidImageError);
  });
});

test('path table entries have the parent number after the extent, in either byte order', () => {
  const entries = [
    { identifier: fromText('\0'), extent: 35, parent: 1 },
    { identifier: fromText('BOOT'), extent: 0x102, parent: 1 },
    { identifier: fromText('ABC'), extent: 3, parent: 2 },
  ];
  expect(hex(renderPathTable(entries, 10 + 12 + 12, 'little'))).toBe(
    '0100230000000100' + '0000' + '0400020100000100' + '424f4f54' + '0300030000000200' + '41424300',
  );
  expect(hex(renderPathTable(entries, 34, 'big')).slice(0, 20)).toBe('01000000002300010000');
});

describe('volume descriptors', () => {
  const texts = {
    volumeId: 'Live_cd',
    systemId: '',
    volumeSetId: '',
    publisher: 'SUSE LINUX GmbH',
    preparer: 'ß',
    applicationId: '0x1a',
    copyrightFile: '',
    abstractFile: '',
    bibliographicFile: '',
  };
  const time = timestamp(1_700_000_000);
  const facts = {
    spaceSize: 13_254,
    pathTableSize: 218,
    pathTableL: 76,
    pathTableM: 77,
    rootRecord: rootRecord(35, 2048, timestamp(0)),
    dates: { created: time, modified: time, expires: undefined, effective: undefined },
  };

  test('the primary one keeps the label, puts other texts in a-characters and leaves blanks for media-check tags', () => {
    const block = renderPrimary(texts, facts);
    const text = (from: number, to: number) => Buffer.from(block.subarray(from, to)).toString('latin1').trimEnd();
    expect(text(0, 8)).toBe('\x01CD001\x01\0');
    expect(text(40, 72)).toBe('Live_cd');
    expect(text(318, 446)).toBe('SUSE LINUX GMBH');
    expect(text(574, 702)).toBe('0X1A');
    expect(hex(block.subarray(80, 88))).toBe('c6330000000033c6');
    expect(hex(block.subarray(140, 156))).toBe('4c000000' + '00000000' + '0000004d' + '00000000');
    expect(block.subarray(883, 1395).every((byte) => byte === 0x20)).toBe(true);
    expect(volumeDescriptor.decode(block)).toMatchObject({ spaceSize: 13_254, blockSize: 2048, expires: undefined });
  });

  test("Joliet's is in UCS-2 with the escape sequence of level 3 and keeps the case", () => {
    const block = renderJoliet(texts, facts);
    expect(hex(block.subarray(88, 91))).toBe('252f45');
    expect(hex(block.subarray(40, 50))).toBe('004c006900760065005f');
    expect(hex(block.subarray(574, 584))).toBe('00300078003100610020');
    expect(block.subarray(883, 1395).every((byte) => byte === 0)).toBe(true);
  });

  test('the terminator is type 255 and nothing else', () => {
    const block = renderTerminator();
    expect(hex(block.subarray(0, 8))).toBe('ff43443030310100');
    expect(block.subarray(8).every((byte) => byte === 0)).toBe(true);
  });
});
