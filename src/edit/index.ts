// Layer 5: changes of finished discs, which still boot as before.

export {
  type AddedTree,
  type EditChanges,
  type KernelArguments,
  type MediaCheck,
  type ReplacedFile,
  SEED_KINDS,
  type Seed,
  type SeedKind,
} from './changes.js';
export type { EditedEntry, EditLayout } from './layout.js';
export { parseArgumentChanges } from './menus/kernel-arguments.js';
export { type EditPlan, planEdit } from './plan-edit.js';
