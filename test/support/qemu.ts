// Booting in a test: the driver that the demo uses too.
export {
  type BootResult,
  bootUntil,
  type Machine,
  type MachineOptions,
  missingForBoot,
  startMachine,
} from '../../scripts/qemu.js';
