// npm run bench:growth [-- --quick] [--only TEXT] [--out DIR]
// Whether time and memory stay in proportion: data from 1 to 8 GB, and trees from 10 000 to a million entries.
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { seededPath, seededTree } from './corpus.js';
import { measureContender, remove, requireGnuTime, warm } from './measure.js';
import { sizeOf } from './report.js';

const project = fileURLToPath(new URL('..', import.meta.url));
const { values } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    only: { type: 'string', default: '' },
    out: { type: 'string', default: join(project, 'out/bench') },
  },
});
const { quick, only, out } = values;
const cli = join(project, 'dist/cli/main.js');
/** Mean size of a file: 1 MB where data grows, so that entries do not; 64 bytes where entries grow, so that data does not. */
const DATA_FILE = 1_000_000;
const ENTRY_FILE = 64;
const GROWTHS = [
  { name: 'data', unit: 'GB', steps: quick ? [0.05, 0.1] : [1, 2, 4, 8], meanSize: DATA_FILE, files: (n) => n * 1000 },
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
  squashfs: ['--compression', 'gzip'],
  iso: [],
};

requireGnuTime();
mkdirSync(out, { recursive: true });
const rows = [];
for (const { name, unit, steps, meanSize, files } of GROWTHS) {
  for (const step of steps) {
    const chosen = Object.entries(FORMATS).filter(([format]) => `${format} ${name}`.includes(only));
    if (chosen.length === 0) continue;
    const tree = seededTree(out, files(step), meanSize);
    warm(tree);
    for (const [format, options] of chosen) measureStep({ format, options, tree, growth: name, step, unit });
    rmSync(seededPath(out, files(step), meanSize), { recursive: true });
  }
}
console.log(join(out, 'growth.json'));

function measureStep({ format, options, tree, growth, step, unit }) {
  const image = join(out, `growth.${format}`);
  const common = ['--quiet', '--progress', 'none', '--force', '--loss', 'ignore'];
  const commands = () => [[process.execPath, cli, format, tree, image, ...options, ...common]];
  const taken = measureContender({ commands, makes: [image], image });
  rows.push({ format, growth, step, unit, ...taken, size: sizeOf(image) });
  remove([image]);
  writeFileSync(join(out, 'growth.json'), `${JSON.stringify({ node: process.version, rows }, null, 2)}\n`);
  const first = rows.find((row) => row.format === format && row.growth === growth);
  const times = (value, base) => `${(value / base).toFixed(2)} ×`;
  const cells = [
    `${format}, ${step} ${unit}`.padEnd(30),
    `${taken.wall.toFixed(2)} s`,
    `${taken.cpu.toFixed(2)} s CPU`,
    `${(taken.peakKiB / 1024).toFixed(0)} MB`,
    `input ${times(step, first.step)}`,
    `CPU ${times(taken.cpu, first.cpu)}`,
    `memory ${times(taken.peakKiB, first.peakKiB)}`,
  ];
  console.log(cells.map((cell) => cell.padStart(15)).join(''));
}
