// isopress/iso: discs with ISO 9660, Rock Ridge, Joliet, UDF, boot entries, partitions and media-check tags.

export { type Timestamp, timestamp } from '../bytes/index.js';
export {
  type AreaLayout,
  type BiosBootOptions,
  type BootEntryFacts,
  type BootEntryLayout,
  type BootEntryOptions,
  type BootOptions,
  type DeepDirectories,
  type DiscLayout,
  type Emulation,
  type InterchangeLevel,
  LAYOUT_NAMES,
  type LayoutName,
  type LayoutPart,
  NAMED_LAYOUTS,
  type NamedLayout,
  type PartitionFacts,
  type PartitionLayout,
  type PartitionTable,
  type PayloadEnd,
  type Platform,
  RELAXATIONS,
  type Relaxation,
  type RockRidgeVersion,
  readBootEntries,
  readPartitions,
  type TreeName,
  type UdfRevision,
  type VolumeDates,
} from '../disc/index.js';
export {
  choosePartition,
  type DigestVerdict,
  type ImageTags,
  type PartitionExtent,
  type RedHatTagOptions,
  readTags,
  removeTags,
  type SuseTagOptions,
  TAG_STYLES,
  type Tag,
  type TagOptions,
  type TagStyle,
  type TagVerdict,
  tagSeal,
  type WrittenTagStyle,
} from '../format/checkmedia/index.js';
export { type HierarchyName, type IsoImage, type IsoVolume, openIso, recogniseIso } from '../format/iso9660/index.js';
export { openUdf, recogniseUdf, type UdfImage, type UdfVolumeFacts } from '../format/udf/index.js';
export { checkEfiImages, type DiscOptions, type HideRule, planDisc, verifyTags, type WeightRule } from './discs.js';
