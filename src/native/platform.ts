// The name of the running platform as prebuilt packages carry it: `linux-x64-gnu`, `linux-arm64-musl`, `darwin-arm64`.

import { closeSync, openSync, readSync } from 'node:fs';
import { arch, platform } from 'node:os';

const PT_INTERP = 3;
/** e_phoff, e_phentsize and e_phnum of a 64-bit ELF header; p_offset and p_filesz of a program header. */
const ELF_HEADER = { size: 64, class: 4, tableAt: 32, entrySize: 54, entries: 56 } as const;
const PROGRAM_HEADER = { type: 0, at: 8, size: 32 } as const;

/** Platform, architecture and, on Linux, the C library. */
export function platformName(): string {
  const name = `${platform()}-${arch()}`;
  return platform() === 'linux' ? `${name}-${cLibrary()}` : name;
}

/**
 * The C library of this process, determined by its ELF interpreter. Searching for files would misjudge a machine that has
 * both, and a library built for the other one brings the process down.
 */
function cLibrary(): 'gnu' | 'musl' {
  try {
    return interpreter('/proc/self/exe').includes('musl') ? 'musl' : 'gnu';
  } catch {
    return 'gnu';
  }
}

function interpreter(path: string): string {
  const fd = openSync(path, 'r');
  try {
    const header = readAt(fd, 0, ELF_HEADER.size);
    if (header.readUInt32BE(0) !== 0x7f454c46 || header[ELF_HEADER.class] !== 2) return '';
    const entrySize = header.readUInt16LE(ELF_HEADER.entrySize);
    const tableAt = Number(header.readBigUInt64LE(ELF_HEADER.tableAt));
    const table = readAt(fd, tableAt, entrySize * header.readUInt16LE(ELF_HEADER.entries));
    for (let at = 0; at + entrySize <= table.length; at += entrySize) {
      if (table.readUInt32LE(at + PROGRAM_HEADER.type) !== PT_INTERP) continue;
      const from = Number(table.readBigUInt64LE(at + PROGRAM_HEADER.at));
      return readAt(fd, from, Number(table.readBigUInt64LE(at + PROGRAM_HEADER.size))).toString('latin1');
    }
    return '';
  } finally {
    closeSync(fd);
  }
}

function readAt(fd: number, at: number, length: number): Buffer {
  const buffer = Buffer.alloc(length);
  readSync(fd, buffer, 0, length, at);
  return buffer;
}
