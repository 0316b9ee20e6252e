// GUID partition table.

export {
  type Attributes64,
  entryArraySectors,
  firstUsableSector,
  GPT_TYPE,
  type GptDisk,
  type GptHeader,
  type GptPartition,
  gptEntry,
  gptHeader,
  NO_ATTRIBUTES,
  REQUIRED_READ_ONLY,
  renderBackupGpt,
  renderPrimaryGpt,
} from './gpt.js';
export * from './read.js';
