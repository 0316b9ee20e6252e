// EROFS compared with mkfs.erofs: the same compressor, level and size of clusters in one run.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { testCache } from '../scripts/debian-root.js';
import { contenderIn, press } from './cases.js';

/**
 * @typedef {{ codec: string, level?: number, cluster?: number, marks?: import('./cases.js').Marks, newer?: boolean }} ErofsRow
 *   `newer`: Debian 12's mkfs.erofs does not have the codec.
 */

/** mkfs.erofs 1.8.6 of Debian 13, which `npm test` has unpacked: it has every codec and threads. */
const NEWER = join(testCache(), 'erofs-utils-trixie');
const LIBRARIES = join(NEWER, 'usr/lib/x86_64-linux-gnu');

/** @type {readonly ErofsRow[]} */
const ROWS = [
  { codec: 'none', marks: { wall: 0.6, size: 1 } },
  { codec: 'lz4hc', level: 9, cluster: 65_536, marks: { wall: 0.5, size: 1 } },
  { codec: 'lzma', level: 6, cluster: 65_536, marks: { wall: 0.5, size: 1 }, newer: true },
  { codec: 'deflate', level: 9, cluster: 65_536, marks: { wall: 0.6, size: 1 }, newer: true },
  { codec: 'zstd', level: 15, cluster: 65_536, marks: { wall: 0.6, size: 1 }, newer: true },
];

/**
 * EROFS of a tree: every row for a Debian root, for seeded trees without compression and with lz4hc.
 * @param {import('./cases.js').Setting} setting @param {string} tree @param {string} label @param {boolean} isDebian
 * @returns {import('./cases.js').Case[]}
 */
export function erofsCases(setting, tree, label, isDebian) {
  return (isDebian ? ROWS : ROWS.slice(0, 2)).map((row) => erofsCase(setting, tree, label, row, isDebian));
}

/**
 * @param {import('./cases.js').Setting} setting @param {string} tree @param {string} label @param {ErofsRow} row @param {boolean} marked
 * @returns {import('./cases.js').Case}
 */
function erofsCase(setting, tree, label, { codec, level, cluster, marks, newer }, marked) {
  const one = contenderIn(setting.out);
  const size = cluster === undefined ? [] : ['--cluster-size', String(cluster)];
  const words = codec === 'none' ? [] : ['--compression', codec, '--level', String(level), ...size];
  const theirs = codec === 'none' ? [] : [`-z${codec},level=${level}`, `-C${cluster}`];
  const old = codec === 'none' ? [] : [`-z${codec},${level}`, `-C${cluster}`];
  const inTree = { ...one('our.erofs', (image) => press(setting, 'erofs', tree, image, ...words)) };
  return {
    name: `EROFS ${codec}${cluster === undefined ? '' : ` ${cluster / 1024}K`}, ${label}`,
    ours: { isopress: { ...inTree, ...(marked ? { marks } : {}) } },
    peers: {
      ...(existsSync(NEWER) && {
        'mkfs.erofs 1.8': one('newer.erofs', (image) => [
          ...[join(LIBRARIES, 'ld-linux-x86-64.so.2'), '--library-path', LIBRARIES, join(NEWER, 'usr/bin/mkfs.erofs')],
          ...['--quiet', ...theirs, image, tree],
        ]),
      }),
      ...(!newer && { 'mkfs.erofs': one('mk.erofs', (image) => ['mkfs.erofs', '--quiet', ...old, image, tree]) }),
    },
  };
}
