// Limits of paths in Linux.

/** Symbolic links that are followed for one path (path_resolution(7)). */
export const MAX_SYMLINKS = 40;
