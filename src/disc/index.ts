// Floor 4: formats that share one image.

export { type InterchangeLevel, RELAXATIONS, type Relaxation } from '../format/iso9660/index.js';
export type { UdfRevision } from '../format/udf/index.js';
export type { AreaLayout, BootEntryLayout, DiscLayout, PartitionLayout } from './layout.js';
export type {
  BiosBootOptions,
  BootOptions,
  DiscOptions,
  HideRule,
  PartitionTable,
  SortRule,
  TreeName,
} from './options.js';
export { planDisc } from './plan-disc.js';
