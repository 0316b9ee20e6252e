// The generations of KIWI whose descriptions are read, and what changed between them for a live medium. Each speaks the
// schema versions of its releases. The number of the schema is not raised for each new word, so that two generations may
// share one: a description is read by the rules of the first generation that accepts all of it.

/** A generation of KIWI, whose rules a description is read by. */
export type Generation = 'kiwi-9.11' | 'kiwi-9.15' | 'kiwi-9.20' | 'kiwi-9.24' | 'kiwi-10' | 'kiwi-11';

/** Boot loaders on the medium: GRUB for all, isolinux for BIOS alone, or isolinux for BIOS beside GRUB for EFI. */
export type LoaderLayout = 'grub' | 'isolinux' | 'isolinux+grub';

/** What holds in one generation. */
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
  /** Kernel graphics mode where none is given: a VESA number, or `auto`. */
  readonly vga: string;
  /** dracut modules beside the one that mounts the root image, by the attribute `flags`. */
  readonly extraModules: { readonly overlay: readonly string[]; readonly dmsquash: readonly string[] };
  /** dracut modules left out. */
  readonly omittedModules: readonly string[];
  /** Whether the initrd is compressed by xz, and not as dracut is configured in the root tree. */
  readonly xzInitrd: boolean;
  /** Lines of dracut's configuration beside those about modules. */
  readonly dracutSettings: readonly string[];
  /** Whether a medium with signed EFI programs has to have a shim. */
  readonly requiresShim: boolean;
  /** Whether a medium with a signed GRUB, which has its modules built in, gets them as files as well. */
  readonly copiesSignedModules: boolean;
  /** Whether EFI machines start Linux by `linuxefi` where the tree's GRUB has that command. */
  readonly startsByLinuxEfi: boolean;
  /** GRUB's command for a serial line where the description gives none; undefined leaves GRUB's defaults. */
  readonly serialLine: string | undefined;
  /** Whether descriptions can choose the compression of the root image. */
  readonly choosesCompression: boolean;
  /** Whether `/.profile` tells the graphics mode. */
  readonly recordsGraphicsMode: boolean;
  /** Whether scripts see the values of `/.profile` as variables. */
  readonly scriptsSeeProfile: boolean;
  /** Where the boot menu appears if the description does not say. */
  readonly outputConsole: 'gfxterm' | 'console';
  /** Whether of several kernels the newest boots; else the first by the kind of image, then by version as text. */
  readonly bootsNewestKernel: boolean;
  /** Whether the kernel is first looked for by the links /boot/vmlinux and /boot/vmlinuz. */
  readonly followsKernelLinks: boolean;
  /** Whether the content is counted in whole MiB before the root file system is measured out by it. */
  readonly wholeMebibytes: boolean;
  /** What stays out of the live root: what the builder leaves there, and scratch. */
  readonly excluded: readonly string[];
  /** Whether names of results keep the machine name that was asked for: i686, and not ix86. */
  readonly keepsMachineName: boolean;
  /** Whether lists of packages give their licenses. */
  readonly listsLicenses: boolean;
  /** Whether lists of packages are sorted line by line; else they have the order of the tool that lists them. */
  readonly sortsPackages: boolean;
  /** Whether the live root keeps `/.profile`. */
  readonly keepsProfile: boolean;
  /** Whether a selected profile brings those it requires. */
  readonly expandsProfiles: boolean;
  /** Whether the applied profiles may define only one type of a kind. */
  readonly uniqueTypes: boolean;
  /** Package manager of descriptions that name none. */
  readonly packageManager: string | undefined;
}

/** Where the prepare step of an image leaves what only the builder needs. */
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
  dracutSettings: ['hostonly="no"', 'dracut_rescue_image="no"'],
  requiresShim: true,
  copiesSignedModules: true,
  startsByLinuxEfi: true,
  // Before terminals were lists, a serial one was set up like this.
  serialLine: 'serial --speed=9600 --unit=0 --word=8 --parity=no --stop=1',
  choosesCompression: false,
  recordsGraphicsMode: true,
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

// Each generation has the rules of the one before, but for what it changed.

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
  recordsGraphicsMode: false,
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

/** A generation and those that came later. */
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

/** In which generations an attribute or element is known; without bounds in all. */
export interface Span {
  readonly since?: Generation;
  readonly until?: Generation;
}

/** Whether a span covers a generation. */
export function covers(span: Span, { name }: GenerationRules): boolean {
  return !(span.since && isOlder(name, span.since)) && !(span.until && isOlder(span.until, name));
}
