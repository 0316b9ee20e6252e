// The generations of KIWI whose descriptions are read, and the changes between them for a live medium. Each knows the
// schema versions of its releases. The schema version is not raised for each new word, so two generations may
// share one: a description is read by the rules of the first generation that accepts all of it.

/** A generation of KIWI, by whose rules a description is read. */
export type Generation = 'kiwi-9.11' | 'kiwi-9.15' | 'kiwi-9.20' | 'kiwi-9.24' | 'kiwi-10' | 'kiwi-11';

/** Boot loaders on the medium: GRUB for all, isolinux for BIOS only, or isolinux for BIOS and GRUB for EFI. */
export type LoaderLayout = 'grub' | 'isolinux' | 'isolinux+grub';

/** The rules of one generation. */
export interface GenerationRules {
  readonly name: Generation;
  /** First and last schema version; documents are upgraded to the last one before they are read. */
  readonly schemas: readonly [first: string, last: string];
  readonly layout: { readonly bios: LoaderLayout; readonly efi: LoaderLayout };
  /** Whether a medium boots from a disk only if the attribute `hybrid` says so. */
  readonly hybridByAttribute: boolean;
  /** Partition table of media with EFI firmware that do not name one. */
  readonly efiPartitionTable: 'msdos' | 'gpt';
  /** MiB of the EFI system partition. */
  readonly espMebibytes: number;
  /** The default graphics mode of the kernel: a VESA number, or `auto`. */
  readonly vga: string;
  /** dracut modules in addition to the one that mounts the root image, by the attribute `flags`. */
  readonly extraModules: { readonly overlay: readonly string[]; readonly dmsquash: readonly string[] };
  /** dracut modules left out. */
  readonly omittedModules: readonly string[];
  /** Whether the initrd is always compressed by xz, instead of by dracut's configuration in the root tree. */
  readonly xzInitrd: boolean;
  /** The oldest version of KIWI's own dracut modules that the root tree may have; undefined: any. */
  readonly oldestModules: readonly number[] | undefined;
  /** Lines of dracut's configuration, in addition to those about modules. */
  readonly dracutSettings: readonly string[];
  /** Whether a medium with signed EFI programs must have a shim. */
  readonly requiresShim: boolean;
  /** Whether a medium with a signed GRUB, which has its modules built in, also gets them as files. */
  readonly copiesSignedModules: boolean;
  /** Whether EFI machines start Linux with `linuxefi` if the tree's GRUB has that command. */
  readonly startsByLinuxEfi: boolean;
  /** GRUB's default command for a serial line; undefined leaves GRUB's own defaults. */
  readonly serialLine: string | undefined;
  /** Whether descriptions can choose the compression of the root image. */
  readonly choosesCompression: boolean;
  /** Whether `/.profile` has the default of what the description leaves open: terminals, sector size, digest. */
  readonly recordsDefaults: boolean;
  /** Which of several `<preferences>` decides about locale, keytable, time zone and license. */
  readonly decidingPreferences: 'first' | 'last';
  /** Whether scripts see the values of `/.profile` as variables. */
  readonly scriptsSeeProfile: boolean;
  /** Default terminal of the boot menu. */
  readonly outputConsole: 'gfxterm' | 'console';
  /** Whether the newest of several kernels boots; otherwise the first by the kind of image, then by version as text. */
  readonly bootsNewestKernel: boolean;
  /** Whether the kernel is first looked up through the links /boot/vmlinux and /boot/vmlinuz. */
  readonly followsKernelLinks: boolean;
  /** Whether the size of the content is rounded to whole MiB before the size of the root file system is derived from it. */
  readonly wholeMebibytes: boolean;
  /** Entries that are left out of the live root: leftovers of the builder, and temporary files. */
  readonly excluded: readonly string[];
  /** Whether names of results keep the requested machine name: i686 instead of ix86. */
  readonly keepsMachineName: boolean;
  /** Whether lists of packages give their licenses. */
  readonly listsLicenses: boolean;
  /** Whether lists of packages are sorted by line; otherwise they have the order of the tool that lists them. */
  readonly sortsPackages: boolean;
  /** Whether the live root keeps `/.profile`. */
  readonly keepsProfile: boolean;
  /** Whether a selected profile also selects those that it requires. */
  readonly expandsProfiles: boolean;
  /** Whether the applied profiles may define only one type of a kind. */
  readonly uniqueTypes: boolean;
  /** The default package manager. */
  readonly packageManager: string | undefined;
}

/** Where the prepare step of an image leaves files that only the builder needs. */
const BUILDER = ['/image', '/.kconfig', '/.buildenv', '/var/cache/kiwi'];
const SCRATCH = ['/run/*', '/tmp/*'];

const oldest: GenerationRules = {
  name: 'kiwi-9.11',
  schemas: ['6.0', '6.8'],
  layout: { bios: 'isolinux', efi: 'isolinux+grub' },
  hybridByAttribute: true,
  efiPartitionTable: 'msdos',
  espMebibytes: 15,
  vga: '0x303',
  extraModules: { overlay: ['pollcdrom'], dmsquash: ['pollcdrom'] },
  omittedModules: ['kiwi-dump', 'kiwi-overlay', 'kiwi-repart', 'kiwi-lib'],
  xzInitrd: true,
  oldestModules: undefined,
  dracutSettings: ['hostonly="no"', 'dracut_rescue_image="no"'],
  requiresShim: true,
  copiesSignedModules: true,
  startsByLinuxEfi: true,
  // The setup of a serial terminal before terminals were lists.
  serialLine: 'serial --speed=9600 --unit=0 --word=8 --parity=no --stop=1',
  choosesCompression: false,
  recordsDefaults: false,
  decidingPreferences: 'first',
  scriptsSeeProfile: false,
  outputConsole: 'gfxterm',
  bootsNewestKernel: false,
  followsKernelLinks: true,
  wholeMebibytes: false,
  excluded: [...BUILDER, '/.profile'],
  keepsMachineName: true,
  listsLicenses: false,
  sortsPackages: false,
  keepsProfile: false,
  expandsProfiles: false,
  uniqueTypes: false,
  packageManager: undefined,
};

// Each generation has the rules of the one before, except for its changes.

const kiwi915: GenerationRules = {
  ...oldest,
  name: 'kiwi-9.15',
  schemas: ['6.9', '7.1'],
  hybridByAttribute: false,
  omittedModules: [...oldest.omittedModules, 'multipath'],
  expandsProfiles: true,
};

const kiwi920: GenerationRules = {
  ...kiwi915,
  name: 'kiwi-9.20',
  schemas: ['7.2', '7.3'],
  layout: { bios: 'isolinux', efi: 'grub' },
  vga: 'auto',
  extraModules: { overlay: ['pollcdrom'], dmsquash: ['livenet', 'pollcdrom'] },
  omittedModules: ['multipath'],
  oldestModules: [9, 20, 1],
  dracutSettings: [],
  requiresShim: false,
  serialLine: undefined,
  choosesCompression: true,
  followsKernelLinks: false,
  keepsMachineName: false,
  listsLicenses: true,
  sortsPackages: true,
};

const kiwi924: GenerationRules = {
  ...kiwi920,
  name: 'kiwi-9.24',
  schemas: ['7.4', '7.6'],
  espMebibytes: 20,
  xzInitrd: false,
  copiesSignedModules: false,
  wholeMebibytes: true,
  excluded: [...kiwi920.excluded, ...SCRATCH],
};

const kiwi10: GenerationRules = {
  ...kiwi924,
  name: 'kiwi-10',
  schemas: ['8.0', '8.5'],
  layout: { bios: 'grub', efi: 'grub' },
  efiPartitionTable: 'gpt',
  omittedModules: [],
  excluded: [...BUILDER, ...SCRATCH],
  keepsProfile: true,
  startsByLinuxEfi: false,
  recordsDefaults: true,
  decidingPreferences: 'last',
  scriptsSeeProfile: true,
  uniqueTypes: true,
  packageManager: 'dnf4',
};

const kiwi11: GenerationRules = {
  ...kiwi10,
  name: 'kiwi-11',
  outputConsole: 'console',
  bootsNewestKernel: true,
};

/** All of them, oldest first. */
export const generations: readonly GenerationRules[] = [oldest, kiwi915, kiwi920, kiwi924, kiwi10, kiwi11];

/** A generation and all later ones. */
export function generationsFrom({ name }: GenerationRules): readonly GenerationRules[] {
  return generations.slice(orderOf(name));
}

/** The rules of a generation by its name. */
export function rulesOf(name: Generation): GenerationRules {
  return generations.find((rules) => rules.name === name)!;
}

/** Whether `a` is the older of two generations. */
export function isOlder(a: Generation, b: Generation): boolean {
  return orderOf(a) < orderOf(b);
}

function orderOf(name: Generation): number {
  return generations.findIndex((rules) => rules.name === name);
}

/** The generations that know an attribute or element; without bounds all. */
export interface Span {
  readonly since?: Generation;
  readonly until?: Generation;
}

/** Whether a span covers a generation. */
export function covers(span: Span, { name }: GenerationRules): boolean {
  return !(span.since && isOlder(name, span.since)) && !(span.until && isOlder(span.until, name));
}
