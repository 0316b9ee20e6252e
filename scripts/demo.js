// npm run demo: makes a Debian root tree, presses a live ISO from it, verifies it, boots it. If no Debian archive can be
// reached, a small embedded tree is pressed instead, so that the command always ends with a medium that boots.
//   --root DIR   press this tree      --out DIR   results and scratch (default out/demo)
//   --embedded   press the small tree --no-boot   do not start QEMU
import { spawnSync } from 'node:child_process';
import {
  appendFileSync,
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { GREETING } from '../fixtures/greeter/greeter.js';
import { BOOT_IMAGE_PATH, makeGreeter } from '../fixtures/greeter/make.js';
import { WITHOUT_PACKAGE_INITRD } from './debian-root.js';
import { bootUntil, missingForBoot } from './qemu.js';
import { missingForUserRoot, unpackForUser } from './user-root.js';

const HERE = fileURLToPath(new URL('..', import.meta.url));
const COMMAND = join(HERE, 'dist/cli/main.js');
const DESCRIPTION = join(HERE, 'fixtures/debian-live');
const SUITE = 'bookworm';
const PACKAGES = [
  ...[
    'linux-image-amd64',
    'systemd',
    'systemd-sysv',
    'udev',
    'dbus',
    'dracut',
    'kiwi-dracut-live',
    'e2fsprogs',
    'kmod',
  ],
  ...['grub-pc-bin', 'grub-efi-amd64-bin', 'grub-efi-amd64-signed', 'shim-signed', 'iproute2', 'less', 'vim-tiny'],
];
const LOGIN_SECONDS = 600;
const GREETING_SECONDS = 60;
const SHOWN_LINES = 12;

const { values } = parseArgs({
  options: {
    root: { type: 'string' },
    out: { type: 'string', default: join(HERE, 'out/demo') },
    embedded: { type: 'boolean', default: false },
    'no-boot': { type: 'boolean', default: false },
  },
});
const out = resolve(values.out);
const isRoot = process.getuid?.() === 0;

/** A step that failed; the message says what to do. */
class DemoError extends Error {}

/** @type {{ name: string, seconds: number }[]} */
const steps = [];
/** The reason why the medium is not a Debian system; undefined if it is one, or none was requested. @type {string | undefined} */
let lacking;

/**
 * @template T
 * @param {string} name @param {() => T | Promise<T>} work
 * @returns {Promise<T>}
 */
async function step(name, work) {
  const started = performance.now();
  process.stdout.write(`\n== ${name}\n`);
  try {
    return await work();
  } finally {
    steps.push({ name, seconds: (performance.now() - started) / 1000 });
  }
}

try {
  await main();
} catch (error) {
  if (!(error instanceof DemoError)) throw error;
  process.stderr.write(`\n${error.message}\n`);
  process.exitCode = 1;
}

async function main() {
  mkdirSync(out, { recursive: true });
  const root = values.embedded ? undefined : await debianRoot();
  const medium = root ? await pressDebian(root) : await pressGreeter();
  if (!values['no-boot']) await boot(medium);
  summarize(medium.image);
}

/** The steps with their durations, the results, and the next steps. */
function summarize(/** @type {string} */ image) {
  const packages = image.replace(/\.iso$/, '.packages');
  const listed = existsSync(packages) ? readFileSync(packages, 'utf8').split('\n').length - 1 : undefined;
  const size = `${(statSync(image).size / 2 ** 20).toFixed(1)} MiB`;
  const lines = [
    '',
    ...steps.map(({ name, seconds }) => `${seconds.toFixed(1).padStart(8)} s  ${name}`),
    '',
    `The ISO:       ${shown(image)} (${size}${listed === undefined ? '' : `, ${listed} packages`})`,
    `Inspect it:    npx isopress info ${shown(image)}`,
    `Write a stick: dd if=${shown(image)} of=/dev/sdX bs=4M conv=fsync`,
    ...(lacking === undefined
      ? []
      : ['', `This is a small tree that prints a greeting, not a Debian system. ${lacking}`]),
  ];
  process.stdout.write(`${lines.join('\n')}\n`);
}

/** The root tree to press; undefined if none can be made here. */
async function debianRoot() {
  if (values.root) return resolve(values.root);
  await step('Debian packages', () => run('bash', [join(HERE, 'scripts/debian-packages.sh'), 'demo'], () => {}));
  const root = join(out, 'root');
  if (existsSync(root)) {
    process.stdout.write(`The root tree exists already: ${shown(root)}\n`);
    return root;
  }
  const made = await step(`A Debian ${SUITE} root tree`, () => makeRoot(root));
  return made ? root : undefined;
}

/** Makes the tree under another name first, so that a tree under its final name is complete. */
async function makeRoot(/** @type {string} */ root) {
  const missing = isRoot ? [] : missingForUserRoot();
  if (missing.length > 0)
    return without(`To make a Debian root tree as an ordinary user, root must run first:\n${missing.join('\n')}`);
  const part = `${root}.part`;
  const log = join(out, 'mmdebstrap.log');
  removeTree(part);
  const hooks = ['passwd --delete root', 'sh -c "echo debian-live >/etc/hostname"'];
  const args = [
    ...['--variant=minbase', ...WITHOUT_PACKAGE_INITRD, `--include=${PACKAGES.join(',')}`],
    ...hooks.map((hook) => `--customize-hook=chroot "$1" ${hook}`),
  ];
  const target = isRoot ? [SUITE, part] : ['--mode=unshare', '--format=tar', SUITE, `${part}.tar`];
  process.stdout.write(`This takes a few minutes; progress is in ${shown(log)}.\n`);
  const made = logged(log, 'mmdebstrap', [...args, ...target]);
  if (!made || !(isRoot || (await unpackForUser(`${part}.tar`, part, ownersOf(root))))) {
    removeTree(part);
    return without(`The last lines of ${shown(log)}:\n${tail(readFileSync(log, 'utf8'))}`);
  }
  renameSync(part, root);
  return true;
}

/** The demo continues with the small tree; the missing parts are reported here and again at the end. */
function without(/** @type {string} */ reason) {
  lacking = `${reason}\nTo press a Debian tree that exists: npm run demo -- --root DIR`;
  process.stdout.write(`No Debian root tree can be made here. ${reason}\nContinuing with the small embedded tree.\n`);
  return false;
}

/** The manifest with the owners of a tree that an ordinary user made. */
function ownersOf(/** @type {string} */ root) {
  return `${root}.owners`;
}

/** @returns {Promise<{ image: string, marker: string, seconds: number }>} */
async function pressDebian(/** @type {string} */ root) {
  const args = ['build', '--description', DESCRIPTION, '--root', root, '--target-dir', out, '--force'];
  args.push('--media-check', 'suse', '--level', '6');
  const stated = existsSync(ownersOf(root));
  if (!isRoot || stated) args.push('--owner', 'root');
  if (stated) args.push('--manifest', ownersOf(root));
  if (!existsSync(join(root, 'usr/lib/dracut/modules.d/90kiwi-live'))) args.push('--set-type-attr', 'flags=dmsquash');
  await step('Press the ISO', () => isopress(args));
  const image = JSON.parse(readFileSync(join(out, 'isopress.result.json'), 'utf8')).live_image.filename;
  await step('Verify its media-check digests', () => isopress(['check', image]));
  return { image, marker: 'login:', seconds: LOGIN_SECONDS };
}

async function pressGreeter() {
  const { root, mbr } = makeGreeter(join(out, 'greeter'));
  const image = join(out, 'greeter.iso');
  // A BIOS ignores disks of less than one cylinder, so the image is padded to a MiB.
  const args = ['iso', root, image, '--force', '--owner', 'root', '--bios-boot', BOOT_IMAGE_PATH, '--mbr', mbr];
  await step('Press the embedded tree', () => isopress([...args, '--pad', '512']));
  return { image, marker: GREETING, seconds: GREETING_SECONDS };
}

async function boot(/** @type {{ image: string, marker: string, seconds: number }} */ { image, marker, seconds }) {
  const firmware = marker !== GREETING && missingForBoot('uefi').length === 0 ? 'uefi' : 'bios';
  const missing = missingForBoot(firmware);
  if (missing.length > 0) {
    process.stdout.write(`\nNot booted: that needs the Debian packages ${missing.join(', ')}.\n`);
    return;
  }
  await step(`Boot it in QEMU by ${firmware.toUpperCase()} as a disk, until "${marker}"`, async () => {
    if (marker !== GREETING)
      process.stdout.write('QEMU emulates the processor in software; this takes a minute or more.\n');
    try {
      const { log } = await bootUntil({ image, firmware, as: 'disk' }, marker, seconds);
      process.stdout.write(`${tail(log)}\n`);
    } catch (error) {
      throw new DemoError(`The ISO did not boot: ${error instanceof Error ? error.message : error}\nIt is at ${image}`);
    }
  });
}

function isopress(/** @type {string[]} */ args) {
  process.stdout.write(`isopress ${args.map((arg) => shown(arg)).join(' ')}\n`);
  run(process.execPath, [COMMAND, ...args], (status) => {
    throw new DemoError(`isopress ${args[0]} ended with status ${status}; the message above says what to do.`);
  });
}

/**
 * Runs a program on this terminal. True if it succeeded.
 * @param {string} program @param {string[]} args @param {(status: number | string) => void} failed
 */
function run(program, args, failed) {
  const { status, error, signal } = spawnSync(program, args, { stdio: 'inherit' });
  if (status === 0) return true;
  failed(error?.message ?? signal ?? status ?? 'unknown');
  return false;
}

/** Runs a program with its output in a file. True if it succeeded. */
function logged(/** @type {string} */ log, /** @type {string} */ program, /** @type {string[]} */ args) {
  const file = openSync(log, 'w');
  const { status, error } = spawnSync(program, args, { stdio: ['ignore', file, file] });
  closeSync(file);
  if (error) appendFileSync(log, `${program} cannot be started: ${error.message}\n`);
  return status === 0;
}

function removeTree(/** @type {string} */ path) {
  rmSync(path, { recursive: true, force: true });
}

/** The last lines, without the control sequences of a terminal. */
function tail(/** @type {string} */ text) {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: escape sequences are what is removed
  const lines = text.replace(/\u001b\[[0-9;?]*[A-Za-z]|\r/g, '').split('\n');
  return lines
    .filter((line) => line.trim() !== '')
    .slice(-SHOWN_LINES)
    .join('\n');
}

/** A path relative to this directory if that is shorter. */
function shown(/** @type {string} */ path) {
  const short = path.startsWith('/') ? relative(process.cwd(), path) : path;
  return short.startsWith('../../..') ? path : short || '.';
}
