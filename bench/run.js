// npm run bench [-- --quick] [--runs N] [--only TEXT] [--engine auto|native|portable] [--out DIR]
// Packs the same trees with isopress and its peers, side by side in one run, and prints wall time, ratio, memory and sizes.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { formatCases, liveCases } from './cases.js';
import { debianRoot, seededTree } from './corpus.js';
import { measure, medianRun } from './measure.js';
import { plotSvg } from './plot.js';

const project = fileURLToPath(new URL('..', import.meta.url));
const { values } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    runs: { type: 'string' },
    only: { type: 'string', default: '' },
    engine: { type: 'string', default: 'auto' },
    out: { type: 'string', default: join(project, 'out/bench') },
  },
});
const { quick, only, engine, out } = values;
const runs = Number(values.runs ?? (quick ? 1 : 3));
const cli = join(project, 'dist/cli/main.js');

if (!existsSync('/usr/bin/time')) {
  console.error('The benchmark measures with GNU time: apt-get install time');
  process.exit(4);
}
mkdirSync(join(out, 'live'), { recursive: true });

const cases = allCases().filter((one) => one.name.includes(only));
const results = cases.map(runCase);
writeFileSync(
  join(out, 'results.json'),
  `${JSON.stringify({ node: process.version, engine, runs, results }, null, 2)}\n`,
);
writeFileSync(join(out, 'results.svg'), plotSvg(results));
console.log(`\n${join(out, 'results.json')}\n${join(out, 'results.svg')}`);

function allCases() {
  if (quick) return formatCases({ cli, tree: seededTree(out, 2000, 20_000), label: '2000 files', out, engine });
  const root = debianRoot(project);
  const small = formatCases({ cli, tree: seededTree(out, 200_000, 500), label: '200 000 small files', out, engine });
  if (!root) {
    console.error(
      'No Debian root (ISOPRESS_BENCH_ROOT, or out/demo/root of `npm run demo`): measuring on a seeded tree.',
    );
    return [...formatCases({ cli, tree: seededTree(out, 20_000, 45_000), label: '900 MB', out, engine }), ...small];
  }
  const initrd = join(out, 'initrd');
  writeFileSync(initrd, Buffer.alloc(50_000_000, 'initrd'));
  const description = join(project, 'fixtures/debian-live');
  return [
    ...liveCases({ cli, root, out, initrd, description, engine }),
    ...formatCases({ cli, tree: root, label: 'Debian root', out, engine }),
    ...small,
  ];
}

/** @param {import('./cases.js').Case} one */
function runCase(one) {
  const contenders = { isopress: one.ours, ...one.peers };
  /** @type {Record<string, import('./measure.js').Measurement[]>} */
  const taken = Object.fromEntries(Object.keys(contenders).map((name) => [name, []]));
  // Turn by turn, so that a change of the machine's mood hits everybody alike.
  for (let turn = 0; turn < runs; turn++) {
    for (const [name, commands] of Object.entries(contenders)) taken[name].push(measure(commands));
  }
  const fastestPeer = Math.min(...Object.keys(one.peers).map((name) => medianRun(taken[name]).wall));
  const rows = Object.keys(contenders).map((name) => {
    const output = one.outputs[name];
    return {
      name,
      ...medianRun(taken[name]),
      ratio: medianRun(taken[name]).wall / fastestPeer,
      size: output && sizeOf(output),
    };
  });
  printTable(one.name, rows);
  return { name: one.name, rows };
}

/** Bytes of an image, or of a file in an ISO named as `image.iso!/path`. @param {string} output */
function sizeOf(output) {
  const [image, path] = output.split('!');
  if (!existsSync(image)) return undefined;
  if (!path) return statSync(image).size;
  const { stdout } = spawnSync('xorriso', ['-indev', image, '-find', path, '-exec', 'lsdl'], { encoding: 'utf8' });
  const [, size] = /^\S+ +\d+ +\S+ +\S+ +(\d+) /m.exec(stdout) ?? [];
  return size === undefined ? undefined : Number(size);
}

/** @param {string} title @param {readonly { name: string, wall: number, cpu: number, peakKiB: number, writtenKiB: number, ratio: number, size?: number }[]} rows */
function printTable(title, rows) {
  console.log(`\n${title}`);
  const line = (/** @type {string[]} */ ...cells) =>
    console.log(cells.map((cell, i) => (i === 0 ? cell.padEnd(30) : cell.padStart(12))).join(''));
  line('', 'wall s', 'ratio', 'CPU s', 'peak MB', 'written MB', 'size');
  for (const { name, wall, cpu, peakKiB, writtenKiB, ratio, size } of rows) {
    line(
      name,
      wall.toFixed(2),
      ratio.toFixed(3),
      cpu.toFixed(2),
      (peakKiB / 1024).toFixed(0),
      (writtenKiB / 1024).toFixed(0),
      size === undefined ? '–' : String(size),
    );
  }
}
