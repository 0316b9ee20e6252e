// The version of the program, equal to package.json; a test holds them together.

/** The version of isopress. */
export const VERSION = '0.1.0';
