// Boot record volume descriptor (El Torito 1.0 §2.0, figure 7): points from block 17 to the boot catalog.

import { bytes, paddedText, reserved, struct, u8, u32le, type Value } from '../../bytes/index.js';

const STANDARD_ID = Uint8Array.of(0x43, 0x44, 0x30, 0x30, 0x31);

export const bootRecord = struct('El Torito boot record', 2048, {
  type: u8(0),
  standardId: bytes(1, 5),
  version: u8(6),
  systemId: paddedText(7, 32, 0),
  reserved39: reserved(39, 32),
  catalogBlock: u32le(71),
  reserved75: reserved(75, 1973),
});
export type BootRecord = Value<typeof bootRecord>;

export const EL_TORITO_ID = 'EL TORITO SPECIFICATION' as BootRecord['systemId'];

/** The descriptor for a catalog at `catalogBlock` (2048-byte blocks of the medium). */
export function renderBootRecord(catalogBlock: number): Uint8Array {
  return bootRecord.encode({ type: 0, standardId: STANDARD_ID, version: 1, systemId: EL_TORITO_ID, catalogBlock });
}
