// The trees that are packed: a real Debian root if available, and seeded trees that are the same everywhere.
import {
  closeSync,
  existsSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  renameSync,
  rmSync,
  utimesSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { presentDebianRoot } from '../scripts/debian-root.js';

/** A small deterministic generator (mulberry32). @param {number} seed */
function random(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

const WORDS =
  'the of a boot image block inode kernel module firmware table value return static const struct int char void'.split(
    ' ',
  );

/** Half text, half bytes that hardly compress, as in root trees. @param {() => number} next @param {number} size */
function content(next, size) {
  const bytes = Buffer.alloc(size);
  if (next() < 0.6) {
    let text = '';
    while (text.length < Math.min(size, 65536)) text += `${WORDS[Math.floor(next() * WORDS.length)]} `;
    for (let at = 0; at < size; at += text.length) bytes.write(text, at, 'latin1');
  } else {
    for (let at = 0; at + 4 <= size; at += 4)
      bytes.writeUInt32LE(Math.floor(next() * 2 ** 32) & (next() < 0.5 ? 0xffffffff : 0x00ff00ff) & 0x7fffffff, at);
  }
  return bytes;
}

/** Path of a seeded tree. @param {string} top @param {number} files @param {number} meanSize */
export function seededPath(top, files, meanSize) {
  return join(top, `seeded-${files}-${meanSize}`);
}

/**
 * Makes (once) a seeded tree of `files` files of about `meanSize` bytes.
 * @param {string} top @param {number} files @param {number} meanSize
 */
export function seededTree(top, files, meanSize) {
  const path = seededPath(top, files, meanSize);
  if (existsSync(path)) return path;
  const draft = `${path}.draft`;
  rmSync(draft, { recursive: true, force: true });
  const next = random(files ^ meanSize);
  for (let i = 0; i < files; i++) {
    const dir = join(draft, `d${i % 97}`, `e${i % 13}`);
    if (i < 97 * 13) mkdirSync(dir, { recursive: true });
    const file = join(dir, `file-${i}`);
    writeFileSync(file, content(next, Math.floor(next() * next() * meanSize * 4)));
    utimesSync(file, 1_700_000_000, 1_700_000_000 + i);
  }
  renameSync(draft, path);
  return path;
}

/** Bytes of a sparse file, between the starts of its data, and of each piece of data. */
const SPARSE = { file: 100_000_000, stride: 10_000_000, data: 100_000 };

/**
 * Makes a tree of sparse files with `gigabytes` GB in all, of which a hundredth is data; the rest takes no room on the disk.
 * @param {string} top @param {number} gigabytes
 */
export function sparseTree(top, gigabytes) {
  const path = join(top, `sparse-${gigabytes}`);
  rmSync(path, { recursive: true, force: true });
  mkdirSync(path, { recursive: true });
  const next = random(gigabytes);
  for (let i = 0; i < (gigabytes * 1e9) / SPARSE.file; i++) {
    const file = openSync(join(path, `file-${i}`), 'w');
    ftruncateSync(file, SPARSE.file);
    for (let at = 0; at < SPARSE.file; at += SPARSE.stride)
      writeSync(file, content(next, SPARSE.data), 0, SPARSE.data, at);
    closeSync(file);
  }
  return path;
}

/** The Debian root to measure on, if there is one. @param {string} projectRoot */
export function debianRoot(projectRoot) {
  const candidates = [process.env['ISOPRESS_BENCH_ROOT'], join(projectRoot, 'out/demo/root'), presentDebianRoot()];
  return candidates.find((path) => path && existsSync(join(path, 'etc/os-release')));
}
