// Tar archives as trees.

export { scanTarball, type TarballOptions } from './tarball.js';
export { readTar } from './tree.js';
