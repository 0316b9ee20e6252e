// Signatures of results, made by programs of the person who builds.

export type { SigningOptions } from './options.js';
export { signFile } from './sign-file.js';
