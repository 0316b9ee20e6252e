import { describe, expect, test } from 'vitest';
import { InvalidInputError } from '../../../../src/errors.js';
import {
  bootEntry,
  bootInfoTable,
  checkPatchable,
  loadSectors,
  patchBootImage,
  renderBootRecord,
  renderCatalog,
  sectionHeader,
  validationEntry,
  wordSum,
} from '../../../../src/format/eltorito/index.js';
import { noise } from '../../../support/trees.js';

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');

describe('boot catalog', () => {
  test('of a BIOS and a UEFI image, byte for byte', () => {
    const catalog = renderCatalog([
      { platform: 'bios', block: 0xc5, sectors: 4 },
      { platform: 'efi', block: 0xbb6, sectors: 0xa000 },
    ]);
    expect(catalog).toHaveLength(2048);
    expect(hex(catalog.subarray(0, 32))).toBe(`01${'00'.repeat(27)}aa5555aa`);
    expect(hex(catalog.subarray(32, 64))).toBe(`8800000000000400c5000000${'00'.repeat(20)}`);
    expect(hex(catalog.subarray(64, 96))).toBe(`91ef0100${'00'.repeat(28)}`);
    expect(hex(catalog.subarray(96, 128))).toBe(`88000000000000a0b60b0000${'00'.repeat(20)}`);
    expect(catalog.subarray(128).every((byte) => byte === 0)).toBe(true);
  });

  test('of UEFI alone has its platform in the validation entry, whose words add up to zero', () => {
    const catalog = renderCatalog([{ platform: 'efi', block: 50, sectors: 1 }]);
    expect(validationEntry.decode(catalog)).toMatchObject({ header: 1, platform: 0xef, checksum: 0x66aa });
    expect(wordSum(catalog.subarray(0, 32))).toBe(0);
    expect(bootEntry.decode(catalog, 32)).toMatchObject({ bootable: 0x88, media: 0, block: 50, sectors: 1 });
  });

  test('every section but the last says that more follow', () => {
    const image = { platform: 'efi' as const, block: 1, sectors: 1 };
    const catalog = renderCatalog([image, image, image]);
    expect([64, 128].map((at) => sectionHeader.decode(catalog, at).header)).toEqual([0x90, 0x91]);
  });

  test('an image too large for the 16-bit field is stated as "up to the end", never cut', () => {
    expect(loadSectors(65_535 * 512)).toBe(65_535);
    expect(loadSectors(65_535 * 512 + 1)).toBe(0);
    expect(loadSectors(513)).toBe(2);
  });
});

test('the boot record names the specification and the catalog', () => {
  const block = renderBootRecord(196);
  expect(Buffer.from(block.subarray(0, 30)).toString('latin1')).toBe('\0CD001\x01EL TORITO SPECIFICATION');
  expect(hex(block.subarray(71, 75))).toBe('c4000000');
});

describe('boot image patches', () => {
  const image = noise(5001, 4);

  test('the boot info table has place, length and the sum of the words after it', () => {
    const patched = patchBootImage(image, 197, { bootInfoTable: true, grubBootInfo: false });
    let sum = 0n;
    const padded = Buffer.concat([patched, Buffer.alloc(3)]);
    for (let at = 64; at < 5001; at += 4) sum += BigInt(padded.readUInt32LE(at));
    const checksum = Number(sum & 0xffff_ffffn);
    expect(bootInfoTable.decode(patched, 8)).toEqual({ primaryDescriptorBlock: 16, block: 197, size: 5001, checksum });
    expect(patched.subarray(24, 64).every((byte) => byte === 0)).toBe(true);
    expect([patched.subarray(0, 8), patched.subarray(64)]).toEqual([image.subarray(0, 8), image.subarray(64)]);
  });

  test("GRUB's address counts in 512-byte sectors, and in the checksum of the table", () => {
    const patched = patchBootImage(image, 197, { bootInfoTable: true, grubBootInfo: true });
    expect(hex(patched.subarray(2548, 2556))).toBe('1903000000000000');
    const again = patchBootImage(patched, 197, { bootInfoTable: true, grubBootInfo: false });
    expect(bootInfoTable.decode(again, 8)).toEqual(bootInfoTable.decode(patched, 8));
  });

  test('an image without room for them is refused', () => {
    expect(() => checkPatchable('a', 2555, { bootInfoTable: true, grubBootInfo: true })).toThrow(InvalidInputError);
    expect(() => checkPatchable('a', 63, { bootInfoTable: true, grubBootInfo: false })).toThrow(InvalidInputError);
    expect(() => checkPatchable('a', 2556, { bootInfoTable: true, grubBootInfo: true })).not.toThrow();
  });
});
