// Sets of files for booting over a network.

export { checkNetboot } from './check.js';
export type { NetbootOptions } from './options.js';
export { NETBOOT_FILES } from './script.js';
export { checkNetbootTarget, type StagedNetboot, stageNetboot } from './stage.js';
