// npm run bench:growth [-- --quick] [--only TEXT] [--out DIR] [--peer-seconds N]
// Checks that time and memory grow in proportion: data from 1 to 8 GB, sparse files from 1 to 100 GB, of which a hundredth is data, and
// trees from 10 000 to a million entries. mksquashfs packs the latter too; it compares small files one by one, so it is stopped if that takes too long.
import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { seededTree, sparseTree } from './corpus.js';
import { measureContender, remove, requireGnuTime, warm } from './measure.js';
import { sizeOf } from './report.js';
import { mksquashfs } from './squashfs-cases.js';

const project = fileURLToPath(new URL('..', import.meta.url));
const { values } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    only: { type: 'string', default: '' },
    out: { type: 'string', default: join(project, 'out/bench') },
    'peer-seconds': { type: 'string', default: '900' },
  },
});
const { quick, only, out } = values;
const peerSeconds = Number(values['peer-seconds']);
const cli = join(project, 'dist/cli/main.js');
/** Mean size of a file: 1 MB if data grows, so that entries do not; tiny ones and some empty if entries grow. */
const DATA_FILE = 1_000_000;
const ENTRY_FILE = 8;
/** Memory limit in bytes for one of a million entries, by format. */
const MOST_PER_ENTRY = { ext4: 500, squashfs: 500, erofs: 500, iso: 500 };
const GROWTHS = [
  { name: 'data', unit: 'GB', steps: quick ? [0.05, 0.1] : [1, 2, 4, 8], meanSize: DATA_FILE, files: (n) => n * 1000 },
  { name: 'sparse', unit: 'GB', steps: quick ? [0.1, 0.2] : [1, 10, 100], makeTree: sparseTree },
  {
    name: 'entries',
    unit: 'entries',
    steps: quick ? [1000, 10_000] : [10_000, 100_000, 1_000_000],
    meanSize: ENTRY_FILE,
    files: (n) => n,
  },
];
const FORMATS = {
  ext4: ['--slack', '64M'],
  squashfs: ['--compression', 'gzip', '--block-size', '128K'],
  erofs: [],
  iso: [],
};
/** Status of `timeout` after it has ended a program. */
const TIMED_OUT = 'ended with 124';

requireGnuTime();
mkdirSync(out, { recursive: true });
const rows = [];
const single = seededTree(out, 1, ENTRY_FILE);
for (const { name, unit, steps, meanSize, files, makeTree } of GROWTHS) {
  for (const step of steps) {
    const chosen = Object.entries(FORMATS).filter(([format]) => `${format} ${name}`.includes(only));
    if (chosen.length === 0) continue;
    const tree = makeTree ? makeTree(out, step) : seededTree(out, files(step), meanSize);
    if (!makeTree) warm(tree);
    for (const [format, options] of chosen) measureStep({ format, options, tree, growth: name, step, unit });
    rmSync(tree, { recursive: true });
  }
}
rmSync(single, { recursive: true });
console.log(join(out, 'growth.json'));

function measureStep({ format, options, tree, growth, step, unit }) {
  const image = join(out, `growth.${format}`);
  const common = ['--quiet', '--progress', 'none', '--force', '--loss', 'ignore'];
  const press = (from) => ({
    commands: () => [[process.execPath, cli, format, from, image, ...options, ...common]],
    makes: [image],
    image,
  });
  const taken = measureContender(press(tree));
  const row = { format, growth, step, unit, ...taken, size: sizeOf(image) };
  if (growth === 'entries') {
    const entries = readdirSync(tree, { recursive: true }).length;
    row.bytesPerEntry = ((taken.peakKiB - measureContender(press(single)).peakKiB) * 1024) / entries;
    if (format === 'squashfs') row.mksquashfs = measurePeer(tree, image);
  }
  remove([image]);
  rows.push(row);
  writeFileSync(join(out, 'growth.json'), `${JSON.stringify({ node: process.version, rows }, null, 2)}\n`);
  const first = rows.find((one) => one.format === format && one.growth === growth);
  console.log(lineOf(row, first));
  if (row.mksquashfs) console.log(`  mksquashfs: ${peerText(row.mksquashfs)}`);
  const most = MOST_PER_ENTRY[format];
  if (step >= 1_000_000 && row.bytesPerEntry > most) {
    console.log(`  over the mark: ${row.bytesPerEntry.toFixed(0)} bytes of memory per entry, at most ${most}`);
  }
}

/** mksquashfs with the same compressor and blocks; times are `undefined` if it was stopped. */
function measurePeer(tree, image) {
  const command = ['timeout', String(peerSeconds), ...mksquashfs(tree, image, 'gzip', '128K')];
  try {
    return { ...measureContender({ commands: () => [command], makes: [image], image }), size: sizeOf(image) };
  } catch (error) {
    if (error instanceof Error && error.message.includes(TIMED_OUT)) return { stoppedAfter: peerSeconds };
    throw error;
  }
}

function peerText({ wall, cpu, peakKiB, stoppedAfter }) {
  if (stoppedAfter !== undefined) return `stopped after ${stoppedAfter} s`;
  return `${wall.toFixed(2)} s, ${cpu.toFixed(2)} s CPU, ${(peakKiB / 1024).toFixed(0)} MB`;
}

function lineOf({ format, step, unit, wall, cpu, peakKiB, bytesPerEntry }, first) {
  const times = (value, base) => `${(value / base).toFixed(2)} ×`;
  const cells = [
    `${format}, ${step} ${unit}`.padEnd(30),
    `${wall.toFixed(2)} s`,
    `${cpu.toFixed(2)} s CPU`,
    `${(peakKiB / 1024).toFixed(0)} MB`,
    ...(bytesPerEntry === undefined ? [] : [`${(bytesPerEntry / 1000).toFixed(2)} kB/entry`]),
    `input ${times(step, first.step)}`,
    `CPU ${times(cpu, first.cpu)}`,
    `memory ${times(peakKiB, first.peakKiB)}`,
  ];
  return cells.map((cell) => cell.padStart(15)).join('');
}
