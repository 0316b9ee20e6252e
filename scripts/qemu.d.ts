// Types of qemu.js, for the tests.

export interface MachineOptions {
  /** Path of the image to boot. It is never changed, unless {@link keepWrites} says so. */
  readonly image: string;
  /** Default `x86_64`. */
  readonly architecture?: 'x86_64' | 'aarch64';
  /** Type of drive. Default `cd`. */
  readonly as?: 'cd' | 'disk' | 'usb';
  /** Default `bios`. */
  readonly firmware?: 'bios' | 'uefi';
  /** Bytes per sector of a disk or stick. Default 512. */
  readonly sectorSize?: 512 | 4096;
  /** Whether writes of the guest to a disk or stick go to the image itself. Default false. */
  readonly keepWrites?: boolean;
  /** MiB. Default 1536. */
  readonly memory?: number;
  /** Record of the serial port; default a temporary file, which is removed with the machine. */
  readonly log?: string;
  /** Further arguments for QEMU. */
  readonly extra?: readonly string[];
}

export interface Machine {
  readonly pid: number | undefined;
  /** Path of the serial port's record. */
  readonly log: string;
  /** The serial output when it contains the marker. Rejects after the given time, or if the machine ends before. */
  waitFor(marker: string | RegExp, timeoutSeconds: number): Promise<string>;
  /** Types on the serial port. */
  type(keys: string): void;
  /** The serial output after the machine has ended by itself. Rejects after the given time. */
  ended(timeoutSeconds: number): Promise<string>;
  /** Ends the machine and removes its files. */
  stop(): Promise<void>;
}

export interface BootResult {
  /** From the start of QEMU to the marker. */
  readonly seconds: number;
  /** Serial output up to then. */
  readonly log: string;
}

/** Names of the Debian packages that are missing for this way to boot; empty if none is. */
export function missingForBoot(firmware?: 'bios' | 'uefi', architecture?: 'x86_64' | 'aarch64'): string[];

/** Starts a machine. The caller stops it; {@link bootUntil} does both. */
export function startMachine(options: MachineOptions): Machine;

/** Boots an image until the marker appears, and stops the machine in any case. */
export function bootUntil(
  options: MachineOptions,
  marker: string | RegExp,
  timeoutSeconds: number,
): Promise<BootResult>;
