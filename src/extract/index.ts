// Layer 3: from a tree to files of the running system.

export { removeTree } from './destination.js';
export { isFaultOfEntry } from './entry-fault.js';
export {
  checkExtract,
  type ExtractOptions,
  type ExtractReport,
  extractTree,
  extractWhileRead,
  type TreeReading,
} from './extract.js';
export type { ExtractFailure } from './extraction.js';
