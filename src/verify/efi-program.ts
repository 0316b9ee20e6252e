// EFI programs: PE files with the facts that secure boot depends on (Microsoft's "PE Format", UEFI 2.11 §32, SBAT of shim).

import { reserved, struct, u16le, u32le, untilNul } from '../bytes/index.js';
import { bytesAt, createDigest, type Run, type Source } from '../io/index.js';
import { type CertificateNames, readSignedMessage, type SignedMessage } from './der.js';

/** The facts of an EFI program. */
export interface EfiProgram {
  /** `x86-64`, `arm64`, `ia32`, `riscv64`, or the number. */
  readonly machine: string;
  /** The certificates of its signers, with their issuers; empty for an unsigned program. */
  readonly signers: readonly CertificateNames[];
  /** Whether the signed digest is that of the program; absent for an unsigned program. */
  readonly intact?: boolean;
  /** Generations of its components: `shim,4`. */
  readonly sbat: readonly string[];
  /** Whether it is marked to run where data is not executable (NX). */
  readonly nxCompatible: boolean;
  /** Bytes. */
  readonly sectionAlignment: number;
  /** Whether it is a unified kernel image: a program with a kernel and an initrd inside. */
  readonly unified: boolean;
}

const MACHINES: Readonly<Record<number, string>> = {
  332: 'ia32',
  448: 'arm',
  450: 'arm',
  34404: 'x86-64',
  43620: 'arm64',
  20580: 'riscv64',
  25188: 'loongarch64',
};
const HEAD_AT = 0x3c;
const PE_MARK = 0x4550;
const PE32 = 0x10b;
const PE32_PLUS = 0x20b;
const EFI_SUBSYSTEMS = [10, 11, 12, 13];
const NX_COMPATIBLE = 0x100;
const MOST_SECTIONS = 96;
const SECTION = 40;
const LARGEST_TABLE = 1024 * 1024;
const LARGEST_SBAT = 64 * 1024;
const SIGNED_DATA = 2;
const CERTIFICATE_HEAD = 8;

const fileHeader = struct('PE file header', 24, {
  mark: u32le(0),
  machine: u16le(4),
  sections: u16le(6),
  reserved8: reserved(8, 12),
  optionalSize: u16le(20),
  characteristics: u16le(22),
});

/** Fields of the optional header that are at the same place in both of its forms, PE32 and PE32+. */
const optionalHeader = struct('PE optional header', 72, {
  magic: u16le(0),
  reserved2: reserved(2, 30),
  sectionAlignment: u32le(32),
  fileAlignment: u32le(36),
  reserved40: reserved(40, 24),
  checksum: u32le(64),
  subsystem: u16le(68),
  characteristics: u16le(70),
});

interface Layout {
  readonly headerAt: number;
  readonly head: ReturnType<typeof fileHeader.decode>;
  readonly optional: ReturnType<typeof optionalHeader.decode>;
  /** Byte of the certificate table's entry in the list of data directories. */
  readonly certificateEntry: number;
  readonly certificates: { readonly at: number; readonly length: number };
}

/** The facts of a program; undefined for anything else. */
export async function readEfiProgram(file: Source, run: Run): Promise<EfiProgram | undefined> {
  const layout = await layoutOf(file);
  if (!layout) return undefined;
  const { head, optional } = layout;
  const messages = await signaturesOf(file, layout);
  const sections = await sectionsOf(file, layout);
  const digest = messages.length > 0 ? await digestOf(file, layout, run) : undefined;
  const signed = messages.flatMap((message) => message.digest ?? []).filter((value) => value.length === 64);
  return {
    machine: MACHINES[head.machine] ?? `0x${head.machine.toString(16)}`,
    signers: messages.flatMap(({ signers }) => signers),
    ...(signed.length > 0 ? { intact: signed.every((value) => value === digest) } : {}),
    sbat: await sbatOf(file, sections.get('.sbat')),
    nxCompatible: (optional.characteristics & NX_COMPATIBLE) !== 0,
    sectionAlignment: optional.sectionAlignment,
    unified: sections.has('.linux'),
  };
}

async function layoutOf(file: Source): Promise<Layout | undefined> {
  const start = await bytesAt(file, 0, HEAD_AT + 4);
  if (start?.[0] !== 0x4d || start[1] !== 0x5a) return undefined;
  const headerAt = new DataView(start.buffer).getUint32(HEAD_AT, true);
  const bytes = await bytesAt(file, headerAt, fileHeader.size + optionalHeader.size);
  const head = bytes && fileHeader.decode(bytes);
  if (!bytes || head?.mark !== PE_MARK) return undefined;
  const optional = optionalHeader.decode(bytes, fileHeader.size);
  const isPe = optional.magic === PE32 || optional.magic === PE32_PLUS;
  if (!isPe || !EFI_SUBSYSTEMS.includes(optional.subsystem)) return undefined;
  // Data directories have eight bytes each. The fifth is the certificate table, whose address is a file offset.
  const certificateEntry = headerAt + fileHeader.size + (optional.magic === PE32 ? 96 : 112) + 4 * 8;
  const entry = await bytesAt(file, certificateEntry, 8);
  const view = entry && new DataView(entry.buffer);
  const certificates = view ? { at: view.getUint32(0, true), length: view.getUint32(4, true) } : { at: 0, length: 0 };
  return { headerAt, head, optional, certificateEntry, certificates };
}

async function signaturesOf(file: Source, { certificates }: Layout): Promise<SignedMessage[]> {
  const { at, length } = certificates;
  const table = length > 0 && length <= LARGEST_TABLE ? await bytesAt(file, at, length) : undefined;
  const messages: SignedMessage[] = [];
  for (let from = 0; table && from + CERTIFICATE_HEAD <= table.length; ) {
    const view = new DataView(table.buffer, from);
    const size = view.getUint32(0, true);
    if (size < CERTIFICATE_HEAD || from + size > table.length) break;
    const message =
      view.getUint16(6, true) === SIGNED_DATA &&
      readSignedMessage(table.subarray(from + CERTIFICATE_HEAD, from + size));
    if (message) messages.push(message);
    from += Math.ceil(size / 8) * 8;
  }
  return messages;
}

/** Places of the sections in the file, by their names. */
async function sectionsOf(file: Source, { headerAt, head }: Layout) {
  const sections = new Map<string, { readonly at: number; readonly length: number }>();
  const count = Math.min(head.sections, MOST_SECTIONS);
  const table = await bytesAt(file, headerAt + fileHeader.size + head.optionalSize, count * SECTION);
  for (let index = 0; table && index < count; index++) {
    const view = new DataView(table.buffer, index * SECTION, SECTION);
    const name = untilNul(new TextDecoder().decode(table.subarray(index * SECTION, index * SECTION + 8)));
    const [virtualSize, , rawSize, at] = [8, 12, 16, 20].map((place) => view.getUint32(place, true)) as [
      number,
      number,
      number,
      number,
    ];
    sections.set(name, { at, length: Math.min(virtualSize || rawSize, rawSize) });
  }
  return sections;
}

/** `name,generation` of every component, without the line about SBAT itself. */
async function sbatOf(
  file: Source,
  section: { readonly at: number; readonly length: number } | undefined,
): Promise<string[]> {
  if (!section || section.length > LARGEST_SBAT) return [];
  const bytes = await bytesAt(file, section.at, section.length);
  const text = bytes ? untilNul(new TextDecoder().decode(bytes)) : '';
  return text
    .split(/\r?\n/)
    .map((line) => line.split(',').slice(0, 2).join(','))
    .filter((line) => line !== '' && !line.startsWith('sbat,'));
}

/** SHA-256 of a program without its checksum and its signatures (Authenticode). */
async function digestOf(file: Source, { headerAt, certificateEntry, certificates }: Layout, run: Run): Promise<string> {
  const digest = createDigest('sha256');
  const checksumAt = headerAt + fileHeader.size + 64;
  const end = certificates.at;
  const parts = [
    [0, checksumAt],
    [checksumAt + 4, certificateEntry],
    [certificateEntry + 8, end],
  ] as const;
  for (const [from, to] of parts) {
    if (to <= from || to > file.size) continue;
    for await (const piece of file.slice({ at: from, length: to - from }).pieces(run)) {
      digest.update('hole' in piece ? new Uint8Array(piece.hole) : piece);
    }
  }
  return digest.hex();
}
