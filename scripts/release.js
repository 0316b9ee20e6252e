// npm run release [-- --publish]
// Checks that the version of package.json can be released, packs it and lists the files. Publishes only
// with --publish. Checks: the version is the program's and the changelog's newest, nothing is left under Unreleased, the
// tree is clean, and the tag is not taken by another commit.
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const root = fileURLToPath(new URL('..', import.meta.url));
const { values } = parseArgs({ options: { publish: { type: 'boolean', default: false } } });
const read = (path) => readFileSync(new URL(`../${path}`, import.meta.url), 'utf8');
const { name, version } = JSON.parse(read('package.json'));

/** Standard output of a program; undefined if it fails. */
function output(program, ...args) {
  const { status, stdout } = spawnSync(program, args, { cwd: root, encoding: 'utf8', maxBuffer: 2 ** 26 });
  return status === 0 ? stdout.trim() : undefined;
}

function* problems() {
  if (!/^\d+\.\d+\.\d+(-[\w.]+)?$/.test(version)) yield `package.json: "${version}" is not a version.`;
  if (!read('src/version.ts').includes(`'${version}'`)) yield `src/version.ts does not say ${version}.`;
  if (JSON.parse(read('package-lock.json')).version !== version) yield `package-lock.json does not say ${version}.`;
  yield* changelogProblems(read('CHANGELOG.md'));
  const changes = output('git', 'status', '--porcelain');
  if (changes === undefined) yield 'This is not a git repository.';
  else if (changes !== '') yield `The tree has changes that are not committed:\n${changes}`;
  const tagged = output('git', 'rev-parse', '--verify', '--quiet', `v${version}^{commit}`);
  if (tagged && tagged !== output('git', 'rev-parse', 'HEAD')) yield `The tag v${version} is another commit.`;
}

function* changelogProblems(changelog) {
  const sections = changelog.split(/^## /m).slice(1);
  const heading = (section) => section.split('\n', 1)[0].trim();
  const unreleased = sections.find((section) => heading(section) === 'Unreleased');
  if (unreleased && /^- /m.test(unreleased)) yield 'CHANGELOG.md: there are lines under Unreleased.';
  const newest = sections.map(heading).find((text) => text !== 'Unreleased') ?? '';
  if (!new RegExp(`^${version.replaceAll('.', '\\.')} - \\d{4}-\\d{2}-\\d{2}$`).test(newest)) {
    yield `CHANGELOG.md: the newest version is "${newest}", not "${version} - YYYY-MM-DD".`;
  }
}

const found = [...problems()];
for (const problem of found) console.error(`not ready: ${problem}`);

const packed = output('npm', 'pack', '--dry-run', '--json', '--ignore-scripts');
if (packed === undefined) {
  console.error('npm pack failed.');
  process.exit(1);
}
const [{ files, size, unpackedSize }] = JSON.parse(packed);
for (const { path, size: bytes } of files) console.log(`${String(bytes).padStart(9)}  ${path}`);
console.log(`${name} ${version}: ${files.length} files, ${size} bytes packed, ${unpackedSize} unpacked`);
const needed = ['dist/index.js', 'dist/cli/main.js', 'README.md', 'LICENSE', 'CHANGELOG.md', 'package.json'];
const missing = needed.filter((path) => !files.some((file) => file.path === path));
for (const path of missing) console.error(`not ready: ${path} is not in the package.`);

if (found.length + missing.length > 0) process.exit(1);
if (!values.publish) {
  console.log('A dry run: nothing was published.');
  process.exit(0);
}
const { status } = spawnSync(process.execPath, ['scripts/packages.js', '--publish'], { cwd: root, stdio: 'inherit' });
process.exit(status ?? 1);
