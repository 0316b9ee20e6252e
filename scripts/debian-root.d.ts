// Types of debian-root.js, for the tests.

/** Path of the Debian root tree for tests, if there is one. */
export function presentDebianRoot(): string | undefined;

/** The tree, made by mmdebstrap if there is none and this is root; or the reason why there is none. */
export function makeDebianRoot(): { readonly path: string } | { readonly reason: string };
