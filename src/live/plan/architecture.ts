// Processor architectures: their names on the medium, their firmware, and how the architecture of a root tree is
// recognised.

import { type ErrorPlace, InvalidInputError, option, UnsupportedError, wording } from '../../errors.js';
import { type ExactContent, isHole, quietRun } from '../../io/index.js';
import { type FileTree, follow } from '../../tree/index.js';

export type Firmware = 'bios' | 'ec2' | 'efi' | 'uefi' | 'ofw' | 'opal';

/** EFI boot of an architecture. */
export interface EfiNames {
  /** GRUB's directory for the unsigned image: `x86_64-efi`. */
  readonly platform: string;
  /** The suffix in file names of EFI programs: `x64` in bootx64.efi, grubx64.efi (UEFI 2.11 §3.5.1.1). */
  readonly suffix: string;
}

export interface Architecture {
  /** Machine name as the kernel gives it, `ix86` for the 32-bit x86 family; part of file names. */
  readonly machine: string;
  /** GRUB's directory for BIOS machines; undefined: they have none. */
  readonly biosPlatform: 'i386-pc' | undefined;
  readonly efi: EfiNames | undefined;
  /** GRUB's directory for Open Firmware. */
  readonly openFirmwarePlatform: 'powerpc-ieee1275' | undefined;
  /** The default firmware of descriptions. */
  readonly usualFirmware: Firmware;
  /** The firmware that media can be built for. */
  readonly firmware: readonly Firmware[];
}

const x86 = { biosPlatform: 'i386-pc', openFirmwarePlatform: undefined, usualFirmware: 'bios' } as const;
const power = {
  biosPlatform: undefined,
  efi: undefined,
  openFirmwarePlatform: 'powerpc-ieee1275',
  usualFirmware: 'ofw',
  firmware: ['ofw', 'opal'],
} as const;

const architectures: readonly Architecture[] = [
  {
    ...x86,
    machine: 'x86_64',
    efi: { platform: 'x86_64-efi', suffix: 'x64' },
    firmware: ['bios', 'ec2', 'efi', 'uefi'],
  },
  { ...x86, machine: 'ix86', efi: { platform: 'i386-efi', suffix: 'ia32' }, firmware: ['bios'] },
  efiOnly('aarch64', 'arm64-efi', 'aa64'),
  efiOnly('arm64', 'arm64-efi', 'aa64'),
  ...['armv5el', 'armv5tel', 'armv6l', 'armv6hl', 'armv7l', 'armv7hl', 'armv8l'].map((machine) =>
    efiOnly(machine, 'arm-efi', 'arm'),
  ),
  efiOnly('riscv64', 'riscv64-efi', 'riscv64'),
  efiOnly('loongarch64', 'loongarch64-efi', 'loongarch64'),
  { ...power, machine: 'ppc64' },
  { ...power, machine: 'ppc64le' },
];

/** Machines that something can be built for. */
export const MACHINES: readonly string[] = architectures.map(({ machine }) => machine);

function efiOnly(machine: string, platform: string, suffix: string): Architecture {
  return {
    machine,
    biosPlatform: undefined,
    efi: { platform, suffix },
    openFirmwarePlatform: undefined,
    usualFirmware: 'efi',
    firmware: ['efi', 'uefi'],
  };
}

/** The file that firmware looks for in EFI/BOOT. */
export function efiFileOf({ suffix }: EfiNames): string {
  return `boot${suffix}.efi`;
}

/** Whether this firmware finds its boot files in an EFI system partition. */
export function isEfi(firmware: Firmware): boolean {
  return firmware === 'efi' || firmware === 'uefi';
}

/** ELF e_machine → machine name (gABI, chapter 4). */
const elfMachines: Readonly<Record<number, string>> = {
  3: 'ix86',
  21: 'ppc64',
  22: 's390x',
  40: 'armv7l',
  62: 'x86_64',
  183: 'aarch64',
  243: 'riscv64',
  258: 'loongarch64',
};

/** Paths of programs that have the machine of the tree. */
export const PROGRAMS = ['/bin/sh', '/bin/bash', '/usr/lib/systemd/systemd', '/sbin/init', '/bin/busybox'];

/** The machine name of the programs in a root tree. Throws {@link InvalidInputError} if it has none. */
export async function machineOf(root: FileTree): Promise<string> {
  for (const path of PROGRAMS) {
    const node = follow(root, path);
    if (node?.kind !== 'file') continue;
    const machine = elfMachine(await firstBytes(node.content));
    if (machine) return machine;
  }
  throw new InvalidInputError('live.no-programs', 'The root tree has no program that shows its architecture.', {
    hint: wording`Looked at ${PROGRAMS.join(', ')}. Is this the root of a system? Otherwise give ${option('architecture')}.`,
  });
}

/** The architecture of a machine. Throws {@link UnsupportedError} if no medium can be built for it. */
export function architectureOf(machine: string): Architecture {
  const found = architectures.find((a) => a.machine === machine);
  if (found) return found;
  const known = architectures.map((a) => a.machine).join(', ');
  throw new UnsupportedError(
    'live.architecture',
    `Live media for ${machine} are not supported; those for ${known} are.`,
  );
}

/** The firmware to build for: the one that the description asks for, or the default. */
export function chooseFirmware(
  architecture: Architecture,
  asked: string | undefined,
  place: ErrorPlace = {},
): Firmware {
  const wanted = asked ?? architecture.usualFirmware;
  const found = architecture.firmware.find((firmware) => firmware === wanted);
  if (found) return found;
  const message = `Firmware ${wanted} is not built for ${architecture.machine}.`;
  const hint = `Choose one of ${architecture.firmware.join(', ')}.`;
  throw new UnsupportedError('live.firmware', message, { ...place, hint });
}

/** KIWI's name of the 32-bit x86 family on the medium and in file names is ix86. */
export function machineName(name: string): string {
  return /^i[56]86$/.test(name) ? 'ix86' : name;
}

/** The machine name in the head of an ELF file; undefined for anything else. */
export function elfMachine(head: Uint8Array): string | undefined {
  const isElf = head.length >= 20 && head[0] === 0x7f && head[1] === 0x45 && head[2] === 0x4c && head[3] === 0x46;
  if (!isElf) return undefined;
  const bigEndian = head[5] === 2;
  const code = bigEndian ? head[18]! * 256 + head[19]! : head[19]! * 256 + head[18]!;
  return code === 21 && !bigEndian ? 'ppc64le' : elfMachines[code];
}

async function firstBytes(content: ExactContent): Promise<Uint8Array> {
  for await (const piece of content.pieces(quietRun())) return isHole(piece) ? new Uint8Array(0) : piece.slice(0, 64);
  return new Uint8Array(0);
}
