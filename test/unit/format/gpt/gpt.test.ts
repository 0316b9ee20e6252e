import { describe, expect, test } from 'vitest';
import { crc32 } from '../../../../src/bytes/crc.js';
import {
  firstUsableSector,
  GPT_TYPE,
  gptEntry,
  gptHeader,
  NO_ATTRIBUTES,
  REQUIRED_READ_ONLY,
  renderBackupGpt,
  renderPrimaryGpt,
} from '../../../../src/format/gpt/index.js';

const disk = {
  guid: '33323032-3131-4431-b230-303231333230',
  sectors: 53_016,
  entryCount: 248,
  partitions: [
    {
      type: GPT_TYPE.basicData,
      id: '33323032-3131-4431-b231-303231333230',
      start: 64,
      sectors: 11_928,
      attributes: REQUIRED_READ_ONLY,
      name: 'ISO9660',
    },
    {
      type: GPT_TYPE.efiSystem,
      id: '33323032-3131-4431-b232-303231333230',
      start: 11_992,
      sectors: 40_960,
      attributes: NO_ATTRIBUTES,
      name: 'Appended2',
    },
  ],
};
const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');

describe('GUID partition table', () => {
  test('the primary header has the checksums that xorriso computed for the same table', () => {
    const table = renderPrimaryGpt(disk);
    expect(hex(table.subarray(0, 92))).toBe(
      '4546492050415254' +
        '00000100' +
        '5c000000' +
        'aae2506a' +
        '00000000' +
        '0100000000000000' +
        '17cf000000000000' +
        '4000000000000000' +
        'd8ce000000000000' +
        '3230323331313144b230303231333230' +
        '0200000000000000' +
        'f8000000' +
        '80000000' +
        '55085291',
    );
    expect(table).toHaveLength(63 * 512);
    expect(firstUsableSector(248)).toBe(64);
  });

  test('entries hold inclusive ends, attributes and UTF-16 names', () => {
    const entry = renderPrimaryGpt(disk).subarray(512, 640);
    expect(gptEntry.decode(entry)).toMatchObject({
      first: 64,
      last: 11_991,
      attributesLow: 1,
      attributesHigh: 0x1000_0000,
    });
    expect(hex(entry.subarray(32, 70))).toBe(
      '4000000000000000d72e0000000000000100000000000010' + '490053004f003900360036003000',
    );
  });

  test('the backup header is in the last sector, after its array, and points back', () => {
    const table = renderBackupGpt(disk);
    const at = 62 * 512;
    const header = gptHeader.decode(table, at);
    expect(header).toMatchObject({ own: 53_015, other: 1, entries: 52_953, lastUsable: 52_952, entryCount: 248 });
    expect(header.entriesCrc).toBe(crc32(table.subarray(0, at)));
    expect(header.headerCrc).toBe(crc32(gptHeader.encode({ ...header, headerCrc: 0 })));
    expect(table.subarray(0, at)).toEqual(renderPrimaryGpt(disk).subarray(512));
  });
});
