// The platforms that the native engine is built for, under the names that src/native/platform.ts looks for.

/**
 * @typedef {object} Platform
 * @property {string} name  Of the library and of its package.
 * @property {string} target  Rust's name.
 * @property {string} os  As npm selects packages.
 * @property {string} cpu
 * @property {'glibc' | 'musl'} [libc]
 */

/** @type {readonly Platform[]} */
export const PLATFORMS = [
  { name: 'linux-x64-gnu', target: 'x86_64-unknown-linux-gnu', os: 'linux', cpu: 'x64', libc: 'glibc' },
  { name: 'linux-x64-musl', target: 'x86_64-unknown-linux-musl', os: 'linux', cpu: 'x64', libc: 'musl' },
  { name: 'linux-arm64-gnu', target: 'aarch64-unknown-linux-gnu', os: 'linux', cpu: 'arm64', libc: 'glibc' },
  { name: 'linux-arm64-musl', target: 'aarch64-unknown-linux-musl', os: 'linux', cpu: 'arm64', libc: 'musl' },
  { name: 'darwin-x64', target: 'x86_64-apple-darwin', os: 'darwin', cpu: 'x64' },
  { name: 'darwin-arm64', target: 'aarch64-apple-darwin', os: 'darwin', cpu: 'arm64' },
];

/** The name of the platform that runs this script. */
export function platformName() {
  const { platform, arch } = process;
  if (platform !== 'linux') return `${platform}-${arch}`;
  process.report.excludeNetwork = true;
  return `${platform}-${arch}-${process.report.getReport().header.glibcVersionRuntime ? 'gnu' : 'musl'}`;
}

/** Path of a platform's library after the build, below the project. @param {string} name */
export function libraryPath(name) {
  return `native/isopress.${name}.node`;
}
