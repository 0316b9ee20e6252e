// Layer 5: changes of finished discs, which still boot as before.

export {
  type AddedTree,
  type AttributeChange,
  type EditChanges,
  type KernelArguments,
  type LayerChanges,
  type MediaCheck,
  type ReplacedFile,
  SEED_KINDS,
  type Seed,
  type SeedKind,
  type TreeChanges,
} from './changes.js';
export { checkInPlace, type InPlaceEdit, writeInPlace } from './in-place.js';
export type { DefaultOfMenu, EditedEntry, EditedLayer, EditLayout } from './layout.js';
export { parseArgumentChanges } from './menus/kernel-arguments.js';
export { type EditPlan, planEdit } from './plan-edit.js';
export { planReset } from './reset/plan-reset.js';
