// Layer 4: formats that share one image.

export type { Emulation, Platform } from '../format/eltorito/index.js';
export {
  type DeepDirectories,
  type InterchangeLevel,
  RELAXATIONS,
  type Relaxation,
  type RockRidgeVersion,
  type VolumeDates,
} from '../format/iso9660/index.js';
export type { UdfRevision } from '../format/udf/index.js';
export { type ApplePartition, readApplePartitions } from './apple-partitions.js';
export { catalogAreas, tableAreas } from './boot-areas.js';
export { isFallbackLoader, isSyslinuxProgram, LARGEST_MENU } from './boot-file-names.js';
export type { BiosBootOptions, BootEntryOptions, BootOptions } from './boot-options.js';
export { checkEfiImages } from './esp.js';
export { type BootEntryFacts, readBootEntries } from './inspect-boot.js';
export { type PartitionFacts, readPartitions } from './inspect-partitions.js';
export { isWholeLabel, type LabelArgument, labelAfter, labelArgument } from './label-argument.js';
export type { AreaLayout, BootEntryLayout, DiscLayout, PartitionLayout } from './layout.js';
export { isMenuName, type MenuKind, menuKindOf } from './menu-kind.js';
export {
  commandsOf,
  commandWords,
  grubArgument,
  grubPath,
  grubQuoted,
  lineEnd,
  udevEscaped,
  type Word,
  type WordSyntax,
  wordsAt,
} from './menu-words.js';
export { type MkisofsFiles, type MkisofsOptions, parseMkisofsOptions } from './mkisofs-options.js';
export {
  LAYOUT_NAMES,
  type LayoutName,
  type LayoutPart,
  NAMED_LAYOUTS,
  type NamedLayout,
  type PartitionTable,
  type PayloadEnd,
} from './named-layouts.js';
export {
  type DiscOptions,
  type HideRule,
  resolveDisc,
  type TreeName,
  type WeightRule,
} from './options.js';
export { isEspType, isExtendedType, partitionTypeName } from './partition-types.js';
export { planDisc } from './plan-disc.js';
