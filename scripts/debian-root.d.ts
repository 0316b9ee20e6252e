// Types of debian-root.js, for the tests.

export type DebianArchitecture = 'amd64' | 'i386' | 'arm64';

/**
 * `system`: set up and ready to boot. `cloud-init`: the same with cloud-init. `files`: only unpacked, kernel and boot loaders;
 * made without running a program of it.
 */
export type DebianRootKind = 'system' | 'cloud-init' | 'files';

/** Options of mmdebstrap: no initrd is made while packages are set up. */
export const WITHOUT_PACKAGE_INITRD: readonly string[];

/** Packages of a `system`. Default those of `amd64`. */
export function systemPackages(architecture?: DebianArchitecture): readonly string[];

/** Directory of fixtures that tests make once per machine. */
export function testCache(): string;

/** Path of a Debian root tree, if there is one. Default an `amd64` `system`, which ISOPRESS_TEST_ROOT may name. */
export function presentDebianRoot(architecture?: DebianArchitecture, kind?: DebianRootKind): string | undefined;

/** The tree, made by mmdebstrap if it is missing and this is root; or the reason why there is none. */
export function makeDebianRoot(
  architecture?: DebianArchitecture,
  kind?: DebianRootKind,
): Promise<{ readonly path: string } | { readonly reason: string }>;
