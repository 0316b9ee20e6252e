// Layer 2: the file tree. Sources and image readers make one; planners take one.

export * from './content-priorities.js';
export * from './duplicates.js';
export * from './entry-limits.js';
export * from './exclude.js';
export * from './file-tree.js';
export * from './file-type.js';
export * from './fingerprint.js';
export * from './follow.js';
export * from './image-format.js';
export * from './inode-tree.js';
export * from './lay-over.js';
export * from './leaf-table.js';
export * from './loss.js';
export * from './manifest/index.js';
export * from './node.js';
export * from './other-kinds.js';
export * from './override.js';
export { PathTree } from './path-tree.js';
export { matchesPath, type PathPattern, parsePattern } from './pattern.js';
export * from './pick.js';
export * from './prepare.js';
export * from './remarks.js';
export * from './rewrite.js';
export { readSortList, type SortRule } from './sort-list.js';
export * from './tree-digest.js';
export * from './unreadable-entry.js';
export * from './walk.js';
