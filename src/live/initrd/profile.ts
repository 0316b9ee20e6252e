// /.profile: facts about the image for the initrd's scripts, as shell assignments sorted by name.

import { compareBytes } from '../../bytes/index.js';
import type { DigestName } from '../../io/index.js';
import type { LiveDescription } from '../description/index.js';
import { shellQuoted } from '../tools/shell.js';

/** `kiwi_name='value'` lines; `digest`: the one that the runtime configuration chooses. */
export function renderProfile(description: LiveDescription, digest?: DigestName): string {
  return Object.entries(profileValues(description, digest))
    .map(([name, value]) => `${name}=${shellQuoted(value)}\n`)
    .join('');
}

/** The values by name, sorted. Unset ones are left out. */
export function profileValues(description: LiveDescription, digest?: DigestName): Record<string, string> {
  const { type, bootloader } = description;
  const given = (attribute: string, value: unknown) =>
    description.attributePlaces.has(attribute) ? String(value) : undefined;
  const values: Record<string, string | undefined> = {
    kiwi_align: '1048576',
    kiwi_boot_timeout: given('timeout', bootloader.timeout) ?? given('boottimeout', bootloader.timeout),
    kiwi_bootkernel: type.bootkernel,
    kiwi_bootloader: bootloader.name,
    kiwi_bootprofile: type.bootprofile,
    kiwi_cmdline: type.kernelcmdline || undefined,
    kiwi_delete: [...new Set(description.packages.deleted)].sort(compareBytes).join(' ') || undefined,
    kiwi_devicepersistency: type.devicepersistency,
    kiwi_displayname: description.displayName,
    kiwi_drivers: description.drivers.join(',') || undefined,
    kiwi_firmware: type.firmware,
    kiwi_fsmountoptions: type.fsmountoptions,
    kiwi_gpt_hybrid_mbr: given('gpt_hybrid_mbr', type.gpt_hybrid_mbr),
    kiwi_hybridpersistent: given('hybridpersistent', type.hybridpersistent),
    kiwi_hybridpersistent_filesystem: type.hybridpersistent_filesystem,
    kiwi_iname: description.name,
    kiwi_initrd_system: 'dracut',
    kiwi_iversion: description.version || undefined,
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
    kiwi_timezone: description.timezone,
    kiwi_type: 'iso',
    ...(description.generation.recordsDefaults ? newerValues(description, digest) : olderValues(description)),
  };
  const set = Object.entries(values).filter((entry): entry is [string, string] => entry[1] !== undefined);
  return Object.fromEntries(set.sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** Values of the boot loader and of sectors, as releases before KIWI 10 record them. */
function olderValues({ type, bootloader, attributePlaces }: LiveDescription): Record<string, string | undefined> {
  return {
    kiwi_bootloader_console: bootloader.console?.join(' '),
    kiwi_target_blocksize: type.target_blocksize?.toString(),
    kiwi_vga: attributePlaces.has('vga') ? type.vga : undefined,
  };
}

/** Later releases record the defaults as well, and have two digests only. */
function newerValues({ type, bootloader }: LiveDescription, digest?: DigestName): Record<string, string> {
  const { output_console: output, input_console: input = output, video_mode: mode } = bootloader;
  const terminals = [output, input].map((names = []) => (names.join(' ') === 'none' ? '' : names.join(' ')));
  return {
    kiwi_bootloader_console: terminals.map((names) => names || 'default').join(':'),
    kiwi_shasum_suffix: digest === 'sha512' ? '.sha512' : '.sha256',
    kiwi_target_blocksize: String(type.target_blocksize ?? 512),
    kiwi_vga: mode || 'auto',
  };
}
