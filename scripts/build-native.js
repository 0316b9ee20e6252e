// npm run build:native [-- --platform NAME]
// Builds the native engine if cargo can, otherwise says in one line what is used instead. For another platform
// than this one cargo needs its target (`rustup target add …`), a linker and a C compiler in the variables of the `cc` crate.
import { spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, readdirSync, readFileSync, renameSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { libraryPath, PLATFORMS, platformName } from './native-platforms.js';

const root = fileURLToPath(new URL('..', import.meta.url));
const { platform: asked } = parseArgs({ options: { platform: { type: 'string' } } }).values;
const name = asked ?? platformName();
const library = root + libraryPath(name);
/** Undefined: cargo's default for this machine. */
const foreign = asked === undefined || asked === platformName() ? undefined : foreignPlatform(asked);

if (process.platform === 'win32') portable('the native engine is for Linux and macOS');
if (isUpToDate()) process.exit(0);
requireToolchain();
build();
const what = foreign ? `for ${name}` : createRequire(import.meta.url)(library).version();
console.log(`native engine ${what} built: ${libraryPath(name)}`);

/** @param {string} wanted */
function foreignPlatform(wanted) {
  const found = PLATFORMS.find((platform) => platform.name === wanted);
  if (found) return found;
  console.error(`"${wanted}" is not one of ${PLATFORMS.map((platform) => platform.name).join(', ')}.`);
  process.exit(2);
}

/** Ends an optional build; fails if a platform was requested by name. @param {string} reason */
function portable(reason) {
  console.log(`No native engine built (${reason}); the portable engine will be used.`);
  process.exit(asked === undefined ? 0 : 1);
}

function isUpToDate() {
  if (!existsSync(library)) return false;
  const sources = ['.cargo/config.toml', 'Cargo.toml', 'Cargo.lock', 'native/Cargo.toml', 'native/build.rs'];
  for (const file of readdirSync(`${root}native/src`, { recursive: true })) sources.push(`native/src/${file}`);
  for (const file of readdirSync(`${root}native/codecs`)) sources.push(`native/codecs/${file}`);
  const built = statSync(library).mtimeMs;
  return sources.every((source) => statSync(root + source).mtimeMs <= built);
}

function requireToolchain() {
  const cargo = spawnSync('cargo', ['--version'], { encoding: 'utf8' });
  if (cargo.error || cargo.status !== 0) portable('cargo is not installed');
  const found = /(\d+)\.(\d+)/.exec(cargo.stdout);
  const needed = /rust-version = "(\d+)\.(\d+)"/.exec(readFileSync(`${root}native/Cargo.toml`, 'utf8'));
  const age = (/** @type {RegExpExecArray} */ version) => Number(version[1]) * 1000 + Number(version[2]);
  if (age(found) < age(needed)) portable(`cargo ${found[0]} is older than ${needed[1]}.${needed[2]}`);
  // Without the crates nothing can be built; that is a fault of the machine, not of the code.
  if (cargoFails(['fetch', '--locked', '--quiet'])) portable('the crates cannot be fetched');
}

function build() {
  const target = foreign ? ['--target', foreign.target] : [];
  const args = ['build', '--release', '--locked', '--quiet', '--target-dir', 'target', ...target];
  if (cargoFails(args, 'inherit')) process.exit(1);
  const suffix = name.startsWith('darwin') ? 'dylib' : 'so';
  const built = `${root}target/${foreign ? `${foreign.target}/` : ''}release/libisopress_native.${suffix}`;
  // Renamed into place: a running process may have the old library mapped.
  copyFileSync(built, `${library}.part`);
  renameSync(`${library}.part`, library);
}

/** @param {string[]} args @param {'ignore' | 'inherit'} [stdio] */
function cargoFails(args, stdio = 'ignore') {
  // A loadable library must not contain a C library; with musl, Rust would link one by default.
  const flags = name.endsWith('-musl') ? { RUSTFLAGS: '-C target-feature=-crt-static' } : {};
  return spawnSync('cargo', args, { cwd: root, stdio, env: { ...process.env, ...flags } }).status !== 0;
}
