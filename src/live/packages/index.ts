// The packages installed in a root tree, read from its database.

export { openPackageDatabase } from './database.js';
export { entryAt, textAt } from './entry.js';
export * from './package.js';
