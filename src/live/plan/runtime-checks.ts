// KIWI's checks of a description before a build, beyond its schema. Each check has KIWI's name, and can be disabled by
// it in the runtime configuration (`runtime_checks: - disable: [check_…]`).

import { InvalidInputError, type IsopressError } from '../../errors.js';
import { type LiveDescription, TYPE_UNIQUE } from '../description/index.js';
import { MODULE_VERSIONS } from './module-versions.js';

/** The input of the checks that need no root tree. */
export interface DescriptionSubject {
  readonly description: LiveDescription;
  readonly architecture: string;
  /** Whether the medium has a GPT. */
  readonly hasGpt: boolean;
}

/** The input of the checks against a root tree. */
export interface TreeSubject {
  readonly description: LiveDescription;
  /** Whether an initrd was given. */
  readonly initrdGiven: boolean;
  /** Whether the root tree is Debian or a distribution based on it. */
  readonly isDebian: boolean;
  /** Whether the dracut module is in the root tree, from any package. */
  hasDracutModule(name: string): boolean;
}

interface RuntimeCheck<S> {
  readonly name: string;
  /** The error, or undefined if the check passes. */
  find(subject: S): IsopressError | undefined;
}

/** Packages with the module kiwi-live: the name on SUSE and Fedora, and that on Debian. */
const LIVE_MODULE_PACKAGES = ['dracut-kiwi-live', 'kiwi-dracut-live'];

/** Boot loaders that keep variables from one start to the next. */
const LOADERS_WITH_ENVIRONMENT: readonly string[] = ['grub2', 'grub2_s390x_emu', 'custom'];

/** El Torito stores the number of 512-byte sectors to load in 16 bits. */
const MOST_ESP_MEBIBYTES = 31;

const ofDescription: readonly RuntimeCheck<DescriptionSubject>[] = [
  {
    name: 'check_image_version_provided',
    find: ({ description: { version, imagePlace } }) =>
      version === ''
        ? new InvalidInputError('description.no-version', 'No applied <preferences> section has a <version>.', {
            ...imagePlace,
            hint: 'Add <version>1.0.0</version>: it is part of the file names.',
          })
        : undefined,
  },
  {
    name: 'check_efi_fat_image_has_correct_size',
    find: ({ description: { type, typePlace } }) =>
      type.efifatimagesize > MOST_ESP_MEBIBYTES
        ? new InvalidInputError(
            'description.esp-size',
            `<type> efifatimagesize="${type.efifatimagesize}" is too much: firmware loads at most ${MOST_ESP_MEBIBYTES} MiB from a CD.`,
            { ...typePlace, hint: `Allowed: a number from 1 to ${MOST_ESP_MEBIBYTES}.` },
          )
        : undefined,
  },
  {
    name: 'check_xen_uniquely_setup_as_server_or_guest',
    find: ({ description: { type, typePlace, xenGuest }, architecture }) => {
      if (!type.xen_server || !xenGuest || architecture !== 'x86_64') return undefined;
      const guest = type.firmware === 'ec2' ? 'firmware="ec2"' : '<machine xen_loader="…">';
      const message = `xen_server="true" makes the medium a Xen server, and ${guest} makes it a Xen guest.`;
      return new InvalidInputError('description.xen', message, { ...typePlace, hint: 'Leave one of them out.' });
    },
  },
  {
    name: 'check_partuuid_persistency_type_used_with_mbr',
    find: ({ description: { type, typePlace, attributePlaces }, hasGpt }) =>
      type.devicepersistency === 'by-partuuid' && !hasGpt
        ? new InvalidInputError(
            'description.partuuid',
            'devicepersistency="by-partuuid" goes with a GPT, and this medium has an MBR: what Linux shows as the UUID of its partitions can change.',
            {
              ...(attributePlaces.get('devicepersistency') ?? typePlace),
              hint: 'Choose firmware="uefi" or "efi" with efiparttable="gpt", or another devicepersistency.',
            },
          )
        : undefined,
  },
  {
    name: 'check_bootloader_env_compatible_with_loader',
    find: ({ description: { bootloader, loaderEnvironment } }) =>
      loaderEnvironment && !LOADERS_WITH_ENVIRONMENT.includes(bootloader.name)
        ? new InvalidInputError(
            'description.loader-environment',
            `<bootloader name="${bootloader.name}"> has no environment for the variables of <environment>.`,
            { ...loaderEnvironment, hint: 'Take <environment> out of <bootloadersettings>, or choose name="grub2".' },
          )
        : undefined,
  },
];

const ofTree: readonly RuntimeCheck<TreeSubject>[] = [
  {
    name: 'check_dracut_module_for_live_iso_in_package_list',
    find: ({ description: { type, typePlace, packages }, initrdGiven, isDebian, hasDracutModule }) => {
      const names = isDebian ? [...LIVE_MODULE_PACKAGES].reverse() : LIVE_MODULE_PACKAGES;
      const listed = packages.installed.some((name) => names.includes(name));
      if (type.flags === 'dmsquash' || initrdGiven || listed || hasDracutModule('kiwi-live')) return undefined;
      const message = `The dracut module kiwi-live is missing: ${names.join(' or ')} is not in the package lists, nor the module in the root tree.`;
      return new InvalidInputError('description.no-live-module', message, {
        ...typePlace,
        hint: `Add <package name="${names[0]}"/> to <packages type="image"> and prepare the root tree again, or set flags="dmsquash".`,
      });
    },
  },
];

/** Names of all checks, in KIWI's spelling. */
export const checkNames: readonly string[] = [
  ...[...ofDescription, ...ofTree].map(({ name }) => name),
  ...[TYPE_UNIQUE, MODULE_VERSIONS],
];

/** Throws the first {@link InvalidInputError} of a check of the description alone that is not `disabled`. */
export function checkDescribed(subject: DescriptionSubject, disabled: readonly string[] = []): void {
  run(ofDescription, subject, disabled);
}

/** Throws the first {@link InvalidInputError} of a check against the root tree that is not `disabled`. */
export function checkAgainstTree(subject: TreeSubject, disabled: readonly string[] = []): void {
  run(ofTree, subject, disabled);
}

function run<S>(checks: readonly RuntimeCheck<S>[], subject: S, disabled: readonly string[]): void {
  for (const { name, find } of checks) {
    const error = disabled.includes(name) ? undefined : find(subject);
    if (error) throw error;
  }
}
