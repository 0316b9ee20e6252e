// squashfs compared with mksquashfs and gensquashfs: the same compressor, level and block size in one run.
import { contenderIn, press } from './cases.js';

/**
 * A codec with a block size. `jobs`: of isopress and its peers; default the number of cores. `marks` are
 * those of the chosen engine, `portable` those of the portable engine, which is also measured if given.
 * @typedef {{ codec: string, block: string, jobs?: number, marks?: import('./cases.js').Marks,
 *   portable?: import('./cases.js').Marks, withGensquashfs?: boolean }} SquashfsRow
 */

/** The settings for packing a tree. @type {SquashfsRow} */
const USUAL = { codec: 'gzip', block: '128K', withGensquashfs: true };

/** Of a Debian root. @type {readonly SquashfsRow[]} */
const ROWS = [
  { ...USUAL, marks: { wall: 0.1, size: 1 }, portable: { wall: 0.15, size: 1 } },
  { codec: 'zstd', block: '128K', portable: { wall: 1.25 } },
  { codec: 'lz4', block: '128K', marks: { wall: 1.1 }, portable: { wall: 1.6 } },
  { codec: 'gzip', block: '1M', jobs: 2, portable: { wall: 0.15, size: 1, memory: 300 } },
  { codec: 'zstd', block: '1M', jobs: 2, portable: { memory: 300 } },
  { codec: 'lz4', block: '1M', jobs: 2, portable: { memory: 300 } },
];

/**
 * @param {import('./cases.js').Setting} setting @param {string} tree @param {string} label
 * @param {boolean} isDebian  Whether to run every codec and apply the marks, which are meant for a Debian root.
 * @returns {import('./cases.js').Case[]}
 */
export function squashfsCases(setting, tree, label, isDebian) {
  return (isDebian ? ROWS : [USUAL]).map((row) => squashfsCase(setting, tree, label, row));
}

/**
 * @param {import('./cases.js').Setting} setting @param {string} tree @param {string} label @param {SquashfsRow} row
 * @returns {import('./cases.js').Case}
 */
function squashfsCase(setting, tree, label, { codec, block, jobs, marks, portable, withGensquashfs }) {
  const one = contenderIn(setting.out);
  const parallel = (/** @type {string} */ option) => (jobs === undefined ? [] : [option, String(jobs)]);
  const words = ['--compression', codec, '--block-size', block, ...parallel('--jobs')];
  const ours = (/** @type {string} */ engine, /** @type {import('./cases.js').Marks | undefined} */ most) => ({
    ...one(`our-${engine}.sqfs`, (image) => press(setting, 'squashfs', tree, image, ...words, '--engine', engine)),
    ...(most && { marks: most }),
  });
  const isPortable = setting.engine === 'portable';
  return {
    name: `squashfs ${codec} ${block}${jobs === undefined ? '' : `, ${jobs} jobs`}, ${label}`,
    ours: {
      isopress: ours(setting.engine, isPortable ? portable : marks),
      ...(portable && !isPortable ? { 'isopress, portable': ours('portable', portable) } : {}),
    },
    peers: {
      mksquashfs: one('mk.sqfs', (image) => mksquashfs(tree, image, codec, block, parallel('-processors'))),
      ...(withGensquashfs && {
        // gensquashfs fails on an access control list: it gets the tree without attributes.
        'gensquashfs, no xattrs': one('gen.sqfs', (image) => [
          ...['gensquashfs', '-q', '-f', '-k', '-c', codec, '-b', block, ...parallel('-j'), '-D', tree, image],
        ]),
      }),
    },
  };
}

/**
 * @param {string} tree @param {string} image @param {string} codec @param {string} block
 * @param {readonly string[]} more @returns {string[]}
 */
export function mksquashfs(tree, image, codec, block, more = []) {
  return ['mksquashfs', tree, image, '-noappend', '-no-progress', '-comp', codec, '-b', block, ...more];
}
