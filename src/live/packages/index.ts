// The packages installed in a root tree, read from its own database.

export * from './database.js';
export { type DatabaseKind, type InstalledPackage, renderPackageList } from './package.js';
