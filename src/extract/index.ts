// Layer 3: from a tree to files of the running system.

export {
  checkExtract,
  type ExtractFailure,
  type ExtractOptions,
  type ExtractReport,
  extractTree,
  isFaultOfEntry,
} from './extract.js';
