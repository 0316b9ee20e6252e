// Kinds of entries that get a file entry: those of a tree, and the two files that hold a metadata partition.

import type { Node } from '../../tree/index.js';

export type NodeKind = Node['kind'] | 'metadata-file' | 'metadata-mirror';
