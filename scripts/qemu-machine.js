// Arguments of QEMU: the machine of an architecture, its firmware, the medium and its attachment.
import { accessSync, constants, copyFileSync, existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/** Firmware and its variable store must have the same size; Debian 12 has both pairs of OVMF, later ones the second only. */
const OVMF = [
  ['/usr/share/OVMF/OVMF_CODE.fd', '/usr/share/OVMF/OVMF_VARS.fd'],
  ['/usr/share/OVMF/OVMF_CODE_4M.fd', '/usr/share/OVMF/OVMF_VARS_4M.fd'],
];
const AAVMF = [['/usr/share/AAVMF/AAVMF_CODE.fd', '/usr/share/AAVMF/AAVMF_VARS.fd']];

/** Software emulation only, so that it runs everywhere. A PC runs programs of i386 as well. */
const MACHINES = {
  x86_64: {
    program: 'qemu-system-x86_64',
    package: 'qemu-system-x86',
    board: ['-machine', 'q35,accel=tcg', '-cpu', 'max'],
    uefi: { pairs: OVMF, package: 'ovmf' },
    drive: ['-device', 'ide-cd,drive=medium'],
  },
  aarch64: {
    program: 'qemu-system-aarch64',
    package: 'qemu-system-arm',
    // Without pointer authentication, which halves the speed of an emulated processor.
    board: ['-machine', 'virt,accel=tcg', '-cpu', 'max,pauth=off'],
    uefi: { pairs: AAVMF, package: 'qemu-efi-aarch64' },
    drive: ['-device', 'virtio-scsi-pci', '-device', 'scsi-cd,drive=medium'],
  },
};

/** @typedef {import('./qemu.js').MachineOptions} MachineOptions */

/**
 * Names of the Debian packages that are missing for this way to boot; empty if none is.
 * @param {'bios' | 'uefi'} firmware @param {keyof typeof MACHINES} architecture
 */
export function missingForBoot(firmware = 'bios', architecture = 'x86_64') {
  const machine = MACHINES[architecture];
  const missing = [];
  const path = (process.env['PATH'] ?? '').split(delimiter);
  if (!path.some((dir) => isExecutable(join(dir, machine.program)))) missing.push(machine.package);
  if (firmware === 'uefi' && !firmwareOf(machine)) missing.push(machine.uefi.package);
  return missing;
}

/** The program and its arguments. The machine's own files go to the directory `work`. */
export function machineCommand(/** @type {MachineOptions} */ options, /** @type {string} */ work) {
  const machine = MACHINES[options.architecture ?? 'x86_64'];
  const args = [
    ...[...machine.board, '-m', String(options.memory ?? 1536)],
    // Without a network card the firmware does not try to boot from the network.
    ...['-display', 'none', '-monitor', 'none', '-nic', 'none', '-no-reboot'],
    ...firmwareArguments(machine, options.firmware ?? 'bios', work),
    ...mediumArguments(machine, options),
    ...(options.extra ?? []),
  ];
  return { program: machine.program, args };
}

/** @param {typeof MACHINES['x86_64']} machine @param {'bios' | 'uefi'} firmware @param {string} work */
function firmwareArguments(machine, firmware, work) {
  if (firmware === 'bios') return [];
  const pair = firmwareOf(machine);
  if (!pair) throw new Error(`There is no UEFI firmware for ${machine.program}; install ${machine.uefi.package}.`);
  // The firmware writes its variables, so every machine gets its own.
  const variables = join(work, 'variables.fd');
  copyFileSync(pair[1], variables);
  return [
    ...['-drive', `if=pflash,format=raw,readonly=on,file=${pair[0]}`],
    ...['-drive', `if=pflash,format=raw,file=${escaped(variables)}`],
  ];
}

/** @param {typeof MACHINES['x86_64']} machine @param {MachineOptions} options */
function mediumArguments(machine, { image, as = 'cd', sectorSize = 512, keepWrites = false }) {
  const file = `file=${escaped(image)},format=raw,if=none,id=medium`;
  if (as === 'cd') return ['-drive', `${file},media=cdrom,readonly=on`, ...machine.drive];
  // Writes of the guest go to a temporary file that QEMU discards, unless the caller needs them.
  const drive = ['-drive', keepWrites ? file : `${file},snapshot=on`];
  const sizes = `logical_block_size=${sectorSize},physical_block_size=${sectorSize}`;
  if (as === 'disk') return [...drive, '-device', `virtio-blk-pci,drive=medium,${sizes}`];
  return [...drive, '-device', 'qemu-xhci', '-device', `usb-storage,drive=medium,${sizes}`];
}

/** A comma separates QEMU's options; in a file name it is doubled. */
export function escaped(/** @type {string} */ path) {
  return path.replaceAll(',', ',,');
}

function firmwareOf(/** @type {typeof MACHINES['x86_64']} */ machine) {
  return machine.uefi.pairs.find((pair) => pair.every((path) => existsSync(path)));
}

function isExecutable(/** @type {string} */ path) {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
