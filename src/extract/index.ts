// Floor 3, beside the sources: a tree as files of the running system.

export {
  type ExtractFailure,
  type ExtractOptions,
  type ExtractReport,
  extractTree,
  isFaultOfEntry,
} from './extract.js';
