// The boot menu as plain data, for GRUB and ISOLINUX.

import type { CommandLines } from './command-line.js';

/** All data of the menu. */
export interface MenuModel {
  /** Id of the medium, `0x1a2b3c4d`; the file /boot/<id> marks it. */
  readonly mediumId: string;
  readonly title: string;
  /** Loader directory on the medium, `/boot/x86_64/loader`. */
  readonly loaderDirectory: string;
  /** GRUB's directory below /boot: `grub` or `grub2`. */
  readonly grubDirectory: string;
  readonly timeoutSeconds: number;
  readonly timeoutStyle: string;
  readonly graphicsMode: string;
  readonly outputConsoles: readonly string[];
  readonly inputConsoles: readonly string[];
  /** GRUB's command that sets up the serial line; undefined leaves GRUB's defaults. */
  readonly serialLine: string | undefined;
  /** Name of a theme that is on the medium. */
  readonly theme: string | undefined;
  readonly commandLines: CommandLines;
  readonly failsafe: boolean;
  readonly mediaCheck: boolean;
  /** The Xen hypervisor is started, and starts Linux. */
  readonly hypervisor: boolean;
  /** Whether EFI machines start Linux with `linuxefi`, which only some distributions' GRUBs have. */
  readonly linuxEfi: boolean;
}
