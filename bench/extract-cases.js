// Extraction of an image of the root into memory, where there is a tmpfs, compared with the tools that people use for it. A file system on a
// disk would be measured too: what it does with a new file depends on the runs before.
import { spawnSync } from 'node:child_process';
import { accessSync, constants, existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { press, shell } from './cases.js';

const MEMORY = '/dev/shm';

/**
 * @typedef {{ name: string, format: string, options: string[], marks?: import('./cases.js').Marks,
 *   peers: Readonly<Record<string, (image: string, target: string) => string[]>> }} ExtractRow
 */

const unsquashfs = (/** @type {string} */ image, /** @type {string} */ target) => [
  ...['unsquashfs', '-no-progress', '-quiet', '-d', target, image],
];
/** It leaves out owners, modes, attributes, and links that lead upwards, which it reports with 2. */
const sevenZip = (/** @type {string} */ image, /** @type {string} */ target) =>
  shell('7z x -y -o"$2" "$1" >/dev/null 2>&1 || test $? -eq 2', image, target);

/** @type {readonly ExtractRow[]} */
const ROWS = [
  {
    name: 'squashfs gzip 128K',
    format: 'squashfs',
    options: ['--compression', 'gzip', '--block-size', '128K'],
    marks: { wall: 0.7 },
    peers: { unsquashfs, '7z': sevenZip },
  },
  {
    name: 'squashfs zstd 128K',
    format: 'squashfs',
    options: ['--compression', 'zstd', '--block-size', '128K'],
    marks: { wall: 1.2 },
    peers: { unsquashfs },
  },
  {
    name: 'ext4',
    format: 'ext4',
    options: ['--no-journal'],
    peers: { 'debugfs rdump': (image, target) => ['debugfs', '-R', `rdump / ${target}`, image] },
  },
];

/**
 * @param {import('./cases.js').Setting} setting @param {string} tree @param {string} label
 * @returns {import('./cases.js').Case[]}
 */
export function extractCases(setting, tree, label) {
  return ROWS.map(({ name, format, options, marks, peers }) => {
    const image = join(setting.out, `extract-${name.replaceAll(' ', '-')}`);
    const contender = (/** @type {string} */ who, /** @type {(target: string) => string[]} */ command) => {
      const target = join(placeToExtract(setting.out), `isopress-bench-${who.replaceAll(' ', '-')}`);
      const prepare = () => {
        const [program = '', ...args] = press(setting, format, tree, image, ...options);
        if (!existsSync(image)) spawnSync(program, args, { stdio: 'inherit' });
        // debugfs wants its target to exist, the others make it.
        if (who.startsWith('debugfs')) mkdirSync(target);
      };
      return { prepare, commands: () => [command(target)], makes: [target], image };
    };
    const { cli, engine } = setting;
    const ours = contender('isopress', (target) => [
      ...[process.execPath, cli, 'extract', image, target, '--quiet', '--progress', 'none', '--engine', engine],
    ]);
    return {
      name: `extract ${name}, ${label}`,
      ours: { isopress: { ...ours, ...(marks && { marks }) } },
      peers: Object.fromEntries(
        Object.entries(peers).map(([who, command]) => [who, contender(who, (target) => command(image, target))]),
      ),
    };
  });
}

/** @param {string} out */
function placeToExtract(out) {
  try {
    accessSync(MEMORY, constants.W_OK);
    return MEMORY;
  } catch {
    return out;
  }
}
