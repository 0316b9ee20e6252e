// mkisofs's options of boot images and partitions. Boot images are stated one after another: every option belongs to the
// image at hand, and `-eltorito-alt-boot` begins another.

import { defined } from '../bytes/index.js';
import type { Platform } from '../format/eltorito/index.js';
import { ALWAYS, BadValue, cNumber, type OptionTable, oneOf, wholeNumber } from '../options/index.js';
import type { BootEntryOptions, BootOptions } from './boot-options.js';
import type { LayoutName, PartitionTable } from './named-layouts.js';

type Entry = { -readonly [K in keyof BootEntryOptions]?: BootEntryOptions[K] };

/** The boot images read so far. */
export interface BootDraft {
  readonly entries: Entry[];
  catalog?: string;
  mbr?: { readonly path: string; readonly kind: 'isolinux' | 'grub' | 'other' };
  appendedEsp?: string;
  partitionOffset?: 0 | 16;
  partitionTable?: PartitionTable;
}

/** The result of the options of boot images. */
export interface MkisofsBoot {
  readonly boot: BootOptions;
  readonly mbr?: string;
  readonly appendedEsp?: string;
  readonly layout?: LayoutName;
  readonly partitionTable?: PartitionTable;
  readonly partitionOffset?: 0 | 16;
}

const PLATFORMS: Readonly<Record<string, Platform>> = { x86: 'bios', PPC: 'powerpc', Mac: 'mac', efi: 'efi' };
/** `xorriso` names an appended partition so where a path is expected. */
const APPENDED = /^--interval:appended_partition_2(_start_\w+)?(_size_\w+)?:all::$/;
const EFI_PARTITION = /^(0xef|c12a7328-f81f-11d2-ba4b-00a0c93ec93b|28732ac11ff8d211ba4b00a0c93ec93b)$/i;
const DISKS_OF_OTHERS = 'Partition tables of other machines are not written.';

/** The entry at hand; the first option of it makes it. */
function entryOf(draft: BootDraft): Entry {
  const last = draft.entries.at(-1);
  if (last) return last;
  const first: Entry = {};
  draft.entries.push(first);
  return first;
}

function beginEntry(draft: BootDraft): void {
  if (draft.entries.at(-1)?.image !== undefined) draft.entries.push({});
}

const setImage = (platform: Platform) => (draft: BootDraft, value: string) => {
  const entry = entryOf(draft);
  if (entry.image !== undefined) throw new BadValue('given once for each entry: put -eltorito-alt-boot between');
  entry.platform ??= platform;
  entry.image = APPENDED.test(value) ? 'appended-esp' : value.replace(/^\/+/, '');
};

const mbrOf = (kind: NonNullable<BootDraft['mbr']>['kind']) => (draft: BootDraft, path: string) => {
  draft.mbr = { path, kind };
};

export const BOOT_ROWS: OptionTable<BootDraft> = {
  '-b|-eltorito-boot PATH': setImage('bios'),
  '-e PATH': (draft, value) => {
    setImage('efi')(draft, value);
    // An EFI image is never a drive that is emulated.
    entryOf(draft).emulation = 'none';
  },
  '--efi-boot PATH': (draft, value) => {
    beginEntry(draft);
    setImage('efi')(draft, value);
    entryOf(draft).emulation = 'none';
    beginEntry(draft);
  },
  '-eltorito-alt-boot': beginEntry,
  '-eltorito-platform ID': (draft, value) => {
    entryOf(draft).platform = PLATFORMS[oneOf(value, Object.keys(PLATFORMS))]!;
  },
  '-eltorito-id TEXT': (draft, value) => {
    entryOf(draft).id = value;
  },
  '-no-emul-boot': (draft) => {
    entryOf(draft).emulation = 'none';
  },
  '-hard-disk-boot': (draft) => {
    entryOf(draft).emulation = 'hard-disk';
  },
  '-boot-load-size SECTORS': (draft, value) => {
    if (value !== 'full') entryOf(draft).loadSectors = cNumber(value, 0, 0xffff);
  },
  '-boot-load-seg SEGMENT': (draft, value) => {
    entryOf(draft).loadSegment = cNumber(value, 0, 0xffff);
  },
  '-boot-info-table': (draft) => {
    entryOf(draft).bootInfoTable = true;
  },
  '--grub2-boot-info': (draft) => {
    entryOf(draft).grub2BootInfo = true;
  },
  '-no-boot': (draft) => {
    entryOf(draft).bootable = false;
  },
  '-c|-eltorito-catalog PATH': (draft, value) => {
    draft.catalog = value.replace(/^\/+/, '');
  },
  '-isohybrid-mbr FILE': mbrOf('isolinux'),
  '--grub2-mbr FILE': mbrOf('grub'),
  '-G|-generic-boot|--embedded-boot FILE': mbrOf('other'),
  '-appended_part_as_gpt': (draft) => {
    draft.partitionTable = 'gpt';
  },
  '-partition_offset BLOCKS': (draft, value) => {
    const blocks = wholeNumber(value);
    if (blocks !== 0 && blocks !== 16) throw new BadValue('0 or 16');
    draft.partitionOffset = blocks;
  },
  '-partition_cyl_align MODE': (_, value) => void oneOf(value, ['auto']),
  // With a partition table the EFI image is a partition anyway.
  '-efi-boot-part PATH': (draft, value) => {
    if (value !== '--efi-boot-image')
      throw new BadValue('--efi-boot-image, or append the image with -append_partition');
    draft.partitionTable = 'gpt';
  },
  '-isohybrid-gpt-basdat|-isohybrid-gpt-hfsplus|-isohybrid-apm-hfsplus': ALWAYS,
  '--protective-msdos-label|-part_like_isohybrid': ALWAYS,
  '-boot_image_load_size SECTORS': 'Use -boot-load-size.',
  '-alpha-boot|-hppa-bootloader|-hppa-cmdline|-mips-boot|-mipsel-boot|-sparc-boot|-B|-sparc-label|-sunx86-boot FILE':
    DISKS_OF_OTHERS,
  '-chrp-boot-part': DISKS_OF_OTHERS,
  '-prep-boot-part FILE': DISKS_OF_OTHERS,
  '-iso_mbr_part_type TYPE': 'The layout decides the type of partition 1.',
  '-gpt_disk_guid GUID': 'Identities derive from the seed.',
};

export function newBootDraft(): BootDraft {
  return { entries: [] };
}

/** Whether a type of `-append_partition` is that of an EFI system partition. */
export function isEfiPartition(type: string): boolean {
  return EFI_PARTITION.test(type);
}

/** The options of a disc in the draft. */
export function bootOf(draft: BootDraft): MkisofsBoot {
  const { catalog, mbr, appendedEsp, partitionTable, partitionOffset } = draft;
  const [first, ...others] = draft.entries.filter(({ image }) => image !== undefined).map(complete);
  const bios = first && plainBios(first);
  const entries = bios ? others : first ? [first, ...others] : [];
  const layout: LayoutName | undefined =
    mbr?.kind === 'isolinux' ? 'isolinux' : mbr?.kind === 'grub' ? 'grub' : undefined;
  const hasTable = layout !== undefined || partitionTable !== undefined || appendedEsp !== undefined;
  const table = partitionTable ?? (hasTable || mbr === undefined ? undefined : 'none');
  return {
    boot: {
      entries,
      ...defined({ bios }),
      ...(catalog === undefined ? {} : { catalogPath: catalog, catalogHidden: false }),
    },
    ...defined({
      mbr: mbr?.path,
      layout,
      appendedEsp,
      partitionTable: table,
      // Partition 1 starts with the image unless the words say something else.
      partitionOffset: hasTable ? (partitionOffset ?? 0) : partitionOffset,
    }),
  };
}

/** A boot image of a BIOS is a floppy disk unless it is said to be none. */
function complete(entry: Entry): BootEntryOptions {
  const { platform = 'bios', image, emulation = platform === 'bios' ? 'floppy' : 'none' } = entry;
  return { ...entry, platform, image: image!, emulation };
}

/** The entry as the image that boot code of an MBR may start; undefined if it is not of that kind. */
function plainBios(entry: BootEntryOptions): BootOptions['bios'] | undefined {
  const { platform, image, emulation, loadSectors, bootInfoTable = false, grub2BootInfo, ...rest } = entry;
  const isPlain = platform === 'bios' && emulation === 'none' && Object.keys(rest).length === 0;
  if (!isPlain || typeof image !== 'string' || image === 'appended-esp') return undefined;
  return { path: image, bootInfoTable, ...defined({ loadSectors, grub2BootInfo }) };
}
