// The programs for which a matrix can be printed.

/** By their usual names. */
export const ENGINES = ['make', 'slurm', 'github', 'kubernetes', 'bake'] as const;
export type MatrixEngine = (typeof ENGINES)[number];
