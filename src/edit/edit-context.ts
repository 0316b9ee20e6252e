// The state that all steps of an edit share.

import type { Timestamp } from '../bytes/index.js';
import type { Run } from '../io/index.js';
import type { LossLog } from '../tree/index.js';
import type { ChangeLog } from './change/apply.js';
import type { EditedTrees } from './change/edited-trees.js';
import type { KeptDisc } from './kept/read-disc.js';

/** An edit in progress: the old disc, its trees with the changes so far, and the logs of changes and losses. */
export interface EditContext {
  readonly disc: KeptDisc;
  readonly trees: EditedTrees;
  readonly log: ChangeLog;
  readonly losses: LossLog;
  /** Of files that the edit makes. */
  readonly time: Timestamp;
  readonly run: Run;
}
