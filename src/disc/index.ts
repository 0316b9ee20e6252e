// Floor 4: formats that share one image.

export type { AreaLayout, BootEntryLayout, DiscLayout, PartitionLayout } from './layout.js';
export type { BiosBootOptions, BootOptions, DiscOptions, PartitionTable } from './options.js';
export { planDisc } from './plan-disc.js';
