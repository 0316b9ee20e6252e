import { describe, expect, test } from 'vitest';
import { InvalidInputError } from '../../../../src/errors.js';
import {
  chsOf,
  cylinderSectors,
  FORCED_BOOTABLE,
  geometryFor,
  masterBootRecord,
  partitionEntry,
  protectivePartition,
  renderMbr,
} from '../../../../src/format/mbr/index.js';

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');
const code = new Uint8Array(512).fill(0x90);

describe('master boot record', () => {
  test('of a live ISO with an ESP, entry by entry', () => {
    const partitions = [
      { active: true, type: 0xcd, start: 64, sectors: 11_928 },
      { active: false, type: 0xef, start: 11_992, sectors: 40_960 },
    ];
    const mbr = renderMbr({ code, diskSignature: 0, bootSector: 792, partitions });
    expect(hex(mbr.subarray(0, 0x1b0))).toBe('90'.repeat(0x1b0));
    expect(hex(mbr.subarray(0x1b0, 0x1be))).toBe('1803000000000000' + '00000000' + '0000');
    expect(hex(mbr.subarray(446, 478))).toBe('80020100cd36180540000000982e0000' + '00361905ef361819d82e000000a00000');
    expect(hex(mbr.subarray(478))).toBe(`${'00'.repeat(32)}55aa`);
  });

  test('of a GPT disk: the protective entry, and the active one that some BIOSes want', () => {
    const mbr = renderMbr({
      code,
      diskSignature: 0x11223344,
      partitions: [protectivePartition(53_016), FORCED_BOOTABLE],
    });
    expect(hex(mbr.subarray(446, 478))).toBe('00000200ee3818190100000017cf0000' + '80000100000001000000000001000000');
    expect(masterBootRecord.decode(mbr)).toMatchObject({ diskSignature: 0x11223344, signature: 0xaa55 });
  });

  test('addresses beyond 1024 cylinders are the last one there is', () => {
    expect(chsOf(0)).toEqual({ cylinder: 0, head: 0, sector: 1 });
    expect(chsOf(64 * 32 * 1024 - 1)).toEqual({ cylinder: 1023, head: 63, sector: 32 });
    expect(chsOf(64 * 32 * 1024)).toEqual({ cylinder: 1023, head: 63, sector: 32 });
    const entry = { status: 0, first: chsOf(1e9), type: 0xef, last: chsOf(1e9), start: 1, sectors: 1 };
    expect(hex(partitionEntry.encode(entry).subarray(1, 4))).toBe('3fe0ff');
    expect(partitionEntry.decode(partitionEntry.encode(entry))).toEqual(entry);
  });

  test('a partition beyond 2 TiB is refused, the protective entry covers what it can', () => {
    const partitions = [{ active: true, type: 0xcd, start: 64, sectors: 2 ** 32 }];
    expect(() => renderMbr({ code, diskSignature: 0, partitions })).toThrow(InvalidInputError);
    expect(protectivePartition(2 ** 33).sectors).toBe(0xffff_ffff);
  });

  test('cylinders grow so that 1024 of them reach over the disc', () => {
    expect(geometryFor(100, 20)).toEqual({ heads: 64, sectorsPerHead: 32 });
    expect(geometryFor(64 * 32 * 1024)).toEqual({ heads: 64, sectorsPerHead: 32 });
    expect(geometryFor(64 * 32 * 1024 - 1, 1)).toEqual({ heads: 65, sectorsPerHead: 32 });
    // The geometry that xorriso chooses for a disc of 1504 MiB.
    expect(geometryFor(3_080_192)).toEqual({ heads: 94, sectorsPerHead: 32 });
    expect(geometryFor(255 * 32 * 1024 + 1)).toEqual({ heads: 132, sectorsPerHead: 63 });
    expect(geometryFor(2 ** 32)).toEqual({ heads: 252, sectorsPerHead: 63 });
    for (let sectors = 1; sectors < 2 ** 33; sectors = Math.ceil(sectors * 1.37)) {
      const unit = cylinderSectors(geometryFor(sectors, 5000));
      expect(unit % 4).toBe(0);
      expect(geometryFor(Math.ceil(sectors / unit) * unit, 5000)).toEqual(geometryFor(sectors, 5000));
    }
  });
});
