// Builds the native engine where cargo can, and says in one line what will be used where it cannot.
import { spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, readdirSync, readFileSync, renameSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const library = `${root}native/isopress.${platformName()}.node`;

if (process.platform === 'win32') portable('the native engine is for Linux and macOS');
if (isUpToDate()) process.exit(0);
requireToolchain();
build();
console.log(`native engine ${createRequire(import.meta.url)(library).version()} built: ${library.slice(root.length)}`);

/** `linux-x64-gnu`, `linux-arm64-musl`, `darwin-arm64`: the same names as src/native/platform.ts finds. */
function platformName() {
  const { platform, arch } = process;
  if (platform !== 'linux') return `${platform}-${arch}`;
  process.report.excludeNetwork = true;
  return `${platform}-${arch}-${process.report.getReport().header.glibcVersionRuntime ? 'gnu' : 'musl'}`;
}

function portable(reason) {
  console.log(`No native engine built (${reason}); the portable engine will be used.`);
  process.exit(0);
}

function isUpToDate() {
  if (!existsSync(library)) return false;
  const sources = ['Cargo.toml', 'Cargo.lock', 'native/Cargo.toml', 'native/build.rs'];
  for (const name of readdirSync(`${root}native/src`, { recursive: true })) sources.push(`native/src/${name}`);
  const built = statSync(library).mtimeMs;
  return sources.every((source) => statSync(root + source).mtimeMs <= built);
}

function requireToolchain() {
  const cargo = spawnSync('cargo', ['--version'], { encoding: 'utf8' });
  if (cargo.error || cargo.status !== 0) portable('cargo is not installed');
  const found = /(\d+)\.(\d+)/.exec(cargo.stdout);
  const needed = /rust-version = "(\d+)\.(\d+)"/.exec(readFileSync(`${root}native/Cargo.toml`, 'utf8'));
  const age = (version) => Number(version[1]) * 1000 + Number(version[2]);
  if (age(found) < age(needed)) portable(`cargo ${found[0]} is older than ${needed[1]}.${needed[2]}`);
  // Without the crates there is nothing to build from; that is the machine's condition, not a fault of the code.
  if (cargoFails(['fetch', '--locked', '--quiet'])) portable('the crates cannot be fetched');
}

function build() {
  if (cargoFails(['build', '--release', '--locked', '--quiet', '--target-dir', 'target'], 'inherit')) process.exit(1);
  const suffix = process.platform === 'darwin' ? 'dylib' : 'so';
  // Renamed into place: a running process may have the old library mapped.
  copyFileSync(`${root}target/release/libisopress_native.${suffix}`, `${library}.part`);
  renameSync(`${library}.part`, library);
}

function cargoFails(args, stdio = 'ignore') {
  return spawnSync('cargo', args, { cwd: root, stdio }).status !== 0;
}
