// /.profile: facts about the image for the initrd's scripts, as shell assignments sorted by name.

import type { LiveDescription } from '../description/index.js';
import { shellQuoted } from '../tools/shell.js';

/** `kiwi_name='value'` lines. */
export function renderProfile(description: LiveDescription): string {
  return Object.entries(profileValues(description))
    .map(([name, value]) => `${name}=${shellQuoted(value)}\n`)
    .join('');
}

/** The values by name, sorted. Unset ones are left out. */
export function profileValues(description: LiveDescription): Record<string, string> {
  const { type, bootloader } = description;
  const values: Record<string, string | undefined> = {
    kiwi_align: '1048576',
    kiwi_boot_timeout: String(bootloader.timeout),
    kiwi_bootkernel: type.bootkernel,
    kiwi_bootloader: bootloader.name,
    kiwi_bootloader_console: (bootloader.output_console ?? bootloader.console)?.join(' '),
    kiwi_bootprofile: type.bootprofile,
    kiwi_cmdline: type.kernelcmdline || undefined,
    kiwi_delete: description.packages.deleted.join(' ') || undefined,
    kiwi_devicepersistency: type.devicepersistency,
    kiwi_displayname: description.displayName,
    kiwi_drivers: description.drivers.join(',') || undefined,
    kiwi_firmware: type.firmware,
    kiwi_fsmountoptions: type.fsmountoptions,
    kiwi_gpt_hybrid_mbr: type.gpt_hybrid_mbr ? 'true' : undefined,
    kiwi_hybridpersistent: type.hybridpersistent ? 'true' : undefined,
    kiwi_hybridpersistent_filesystem: type.hybridpersistent_filesystem,
    kiwi_iname: description.name,
    kiwi_initrd_system: 'dracut',
    kiwi_iversion: description.version,
    kiwi_keytable: description.keytable,
    kiwi_language: description.locale,
    kiwi_live_volid: type.volid,
    kiwi_luks_empty_passphrase: 'false',
    kiwi_profiles: description.profiles.join(',') || undefined,
    kiwi_sectorsize: '512',
    kiwi_splash_theme: description.bootsplashTheme,
    kiwi_loader_theme: description.bootloaderTheme,
    kiwi_showlicense: description.showLicense,
    kiwi_strip_delete: description.strip.delete.join(' ') || undefined,
    kiwi_strip_libs: description.strip.libs.join(' ') || undefined,
    kiwi_strip_tools: description.strip.tools.join(' ') || undefined,
    kiwi_startsector: '2048',
    kiwi_target_blocksize: type.target_blocksize?.toString(),
    kiwi_timezone: description.timezone,
    kiwi_type: 'iso',
    kiwi_vga: description.generation.recordsGraphicsMode ? type.vga : undefined,
  };
  const set = Object.entries(values).filter((entry): entry is [string, string] => entry[1] !== undefined);
  return Object.fromEntries(set.sort(([a], [b]) => (a < b ? -1 : 1)));
}
