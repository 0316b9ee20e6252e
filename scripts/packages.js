// npm run packages [-- --partial] [--publish] [--out DIR]
// Makes the published packages: one per platform with its prebuilt library, and the main package, whose optional
// dependencies they are, so that npm installs the right one. No package runs anything when it is installed.
// Without --publish everything is packed to tarballs; with --partial platforms without a built library are left out.
import { spawnSync } from 'node:child_process';
import {
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { libraryPath, PLATFORMS } from './native-platforms.js';

const root = fileURLToPath(new URL('..', import.meta.url));
const { values } = parseArgs({
  options: {
    partial: { type: 'boolean', default: false },
    publish: { type: 'boolean', default: false },
    out: { type: 'string', default: join(root, 'out/packages') },
  },
});
const out = resolve(values.out);
const main = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));

const built = PLATFORMS.filter(({ name }) => existsSync(join(root, libraryPath(name))));
const absent = PLATFORMS.filter((platform) => !built.includes(platform)).map(({ name }) => name);
if (absent.length > 0 && !values.partial) {
  console.error(`No library for ${absent.join(', ')}: build them with "npm run build:native -- --platform NAME".`);
  process.exit(1);
}
if (!existsSync(join(root, 'dist/index.js'))) {
  console.error('Nothing is compiled: run "npm run build" first.');
  process.exit(1);
}

rmSync(out, { recursive: true, force: true });
// Platforms first: the main package must not be published before its dependencies.
for (const dir of [...built.map(platformPackage), mainPackage()]) send(dir);

/** @param {import('./native-platforms.js').Platform} platform */
function platformPackage({ name, os, cpu, libc }) {
  const dir = join(out, `native-${name}`);
  const file = `isopress.${name}.node`;
  mkdirSync(dir, { recursive: true });
  const template = JSON.parse(readFileSync(join(root, 'native/package.template.json'), 'utf8'));
  writeJson(join(dir, 'package.json'), {
    ...template,
    name: packageName(name),
    version: main.version,
    main: file,
    files: [file, 'THIRD-PARTY'],
    os: [os],
    cpu: [cpu],
    ...(libc ? { libc: [libc] } : {}),
  });
  writeFileSync(
    join(dir, 'README.md'),
    `# ${packageName(name)}\n\nThe native engine of [isopress](https://www.npmjs.com/package/isopress) for ${name}. It is installed with isopress.\n`,
  );
  copyFileSync(join(root, 'LICENSE'), join(dir, 'LICENSE'));
  writeFileSync(join(dir, 'THIRD-PARTY'), thirdPartyLicences());
  copyFileSync(join(root, libraryPath(name)), join(dir, file));
  return dir;
}

/** The notices that the licences of the crates, and of the C sources in them, require with a binary. */
function thirdPartyLicences() {
  const { stdout, status } = spawnSync('cargo', ['metadata', '--format-version', '1', '--locked', '--offline'], {
    cwd: root,
    encoding: 'utf8',
    maxBuffer: 2 ** 28,
  });
  if (status !== 0) throw new Error('cargo cannot tell what the library was built of.');
  const crates = JSON.parse(stdout).packages.filter((/** @type {{ source: string | null }} */ { source }) => source);
  return crates.flatMap(licencesOf).join('\n');
}

/** @param {{ name: string, version: string, license: string, manifest_path: string }} crate */
function licencesOf({ name, version, license, manifest_path }) {
  const dir = dirname(manifest_path);
  const texts = readdirSync(dir, { recursive: true, encoding: 'utf8' })
    .filter((path) => path.split('/').length <= 3 && /(^|\/)(LICEN[CS]E|COPYING)[^/]*$/i.test(path))
    .filter((path) => statSync(join(dir, path)).isFile())
    .sort()
    .map((path) => `--- ${path}\n\n${readFileSync(join(dir, path), 'utf8').trim()}\n`);
  return [`=== ${name} ${version}: ${license}\n`, ...texts];
}

function mainPackage() {
  const dir = join(out, 'isopress');
  mkdirSync(dir, { recursive: true });
  const { devDependencies: _, scripts: __, optionalDependencies, ...published } = main;
  const platforms = Object.fromEntries(built.map(({ name }) => [packageName(name), main.version]));
  writeJson(join(dir, 'package.json'), {
    ...published,
    optionalDependencies: { ...optionalDependencies, ...platforms },
  });
  for (const name of filesToPublish()) {
    if (name !== 'package.json') cpSync(join(root, name), join(dir, name));
  }
  return dir;
}

/** The files of this checkout that npm would pack, by `files` of package.json. */
function filesToPublish() {
  const args = ['pack', '--dry-run', '--json', '--ignore-scripts'];
  const { stdout, status } = spawnSync('npm', args, { cwd: root, encoding: 'utf8', maxBuffer: 2 ** 28 });
  if (status !== 0) throw new Error(`npm ${args.join(' ')} failed.`);
  return JSON.parse(stdout)[0].files.map((/** @type {{ path: string }} */ { path }) => path);
}

/** @param {string} platform */
function packageName(platform) {
  return `@isopress/native-${platform}`;
}

/** @param {string} dir */
function send(dir) {
  const args = values.publish ? ['publish', '--access', 'public'] : ['pack', '--silent', '--pack-destination', out];
  const { status } = spawnSync('npm', args, { cwd: dir, stdio: 'inherit' });
  if (status !== 0) throw new Error(`npm ${args[0]} failed in ${dir}.`);
}

/** @param {string} path @param {object} value */
function writeJson(path, value) {
  writeFileSync(path, `${JSON.stringify(value, null, 2)}\n`);
}
