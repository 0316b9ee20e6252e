// Which file system a root image should be: EROFS beside squashfs of the same tree, packed, and read back by the kernel.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { press } from './cases.js';

/** Formats and options by the names of their rows. @type {Readonly<Record<string, readonly string[]>>} */
const EROFS = {
  'EROFS, not compressed': ['erofs'],
  'EROFS lz4 4K': ['erofs', '--compression', 'lz4', '--cluster-size', '4K'],
  'EROFS lz4hc 64K': ['erofs', '--compression', 'lz4hc', '--cluster-size', '64K'],
  'EROFS zstd 64K': ['erofs', '--compression', 'zstd', '--cluster-size', '64K'],
  'EROFS zstd 1M, fragments': [
    ...['erofs', '--compression', 'zstd', '--cluster-size', '1M', '--fragments', 'ends', '--dedupe'],
  ],
  'EROFS lzma 64K': ['erofs', '--compression', 'lzma', '--cluster-size', '64K'],
};

/** @type {Readonly<Record<string, readonly string[]>>} */
const SQUASHFS = {
  'squashfs zstd 128K': ['squashfs', '--compression', 'zstd', '--block-size', '128K'],
  'squashfs lz4 128K': ['squashfs', '--compression', 'lz4', '--block-size', '128K'],
  'squashfs gzip 128K': ['squashfs', '--compression', 'gzip', '--block-size', '128K'],
  'squashfs xz 1M': ['squashfs', '--compression', 'xz', '--block-size', '1M'],
};

/**
 * Two cases: to pack the tree, and to read all files of the images through a loop mount with nothing cached, as root. Ratios are to the
 * fastest squashfs.
 * @param {import('./cases.js').Setting} setting @param {string} tree @param {string} label
 * @returns {import('./cases.js').Case[]}
 */
export function rootCases(setting, tree, label) {
  const packed = (/** @type {typeof EROFS} */ rows) => each(rows, (words, name) => packing(setting, tree, words, name));
  const read = (/** @type {typeof EROFS} */ rows) => each(rows, (words, name) => reading(setting, tree, words, name));
  const pack = { name: `root image, packed, ${label}`, ours: packed(EROFS), peers: packed(SQUASHFS) };
  if (process.getuid?.() !== 0) return [pack];
  return [pack, { name: `root image, read back cold, ${label}`, ours: read(EROFS), peers: read(SQUASHFS) }];
}

/**
 * @param {typeof EROFS} rows
 * @param {(words: readonly string[], name: string) => import('./cases.js').Contender} contender
 */
function each(rows, contender) {
  return Object.fromEntries(Object.entries(rows).map(([name, words]) => [name, contender(words, name)]));
}

/** @param {string} name */
function fileOf(name) {
  return name.replace(/[^A-Za-z0-9]+/g, '-').toLowerCase();
}

/** @param {import('./cases.js').Setting} setting @param {string} tree @param {readonly string[]} words @param {string} name */
function packing(setting, tree, [format = '', ...options], name) {
  const image = join(setting.out, `pack-${fileOf(name)}`);
  return { commands: () => [press(setting, format, tree, image, ...options)], makes: [image], image };
}

/** The image is made once, and stays. @param {import('./cases.js').Setting} setting @param {string} tree @param {readonly string[]} words @param {string} name */
function reading(setting, tree, [format = '', ...options], name) {
  const image = join(setting.out, `read-${fileOf(name)}`);
  const mountPoint = `${image}.mounted`;
  const prepare = () => {
    mkdirSync(mountPoint, { recursive: true });
    const [program = '', ...args] = press(setting, format, tree, image, ...options);
    if (!existsSync(image)) spawnSync(program, args, { stdio: 'inherit' });
    spawnSync('sync');
    writeFileSync('/proc/sys/vm/drop_caches', '3');
  };
  const script =
    'mount -o loop,ro "$1" "$2"; trap \'umount "$2"\' EXIT; find "$2" -xdev -type f -exec cat {} + >/dev/null';
  return { prepare, commands: () => [['bash', '-ec', script, 'bench', image, mountPoint]], makes: [], image };
}
