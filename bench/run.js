// npm run bench [-- --quick] [--runs N] [--seconds N] [--only TEXT] [--engine auto|native|portable] [--out DIR]
// Packs the same trees with isopress and its peers, side by side in one run: wall time, ratio, memory, bytes, sizes, marks.
// Results are written after every case; with --only those of other cases are kept. Ends with 1 if something failed.
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { buildCases } from './build-cases.js';
import { formatCases, isoCase, liveCases } from './cases.js';
import { containerCases } from './container-cases.js';
import { debianRoot, seededPath, seededTree } from './corpus.js';
import { editCases } from './edit-cases.js';
import { erofsCases } from './erofs-cases.js';
import { extractCases } from './extract-cases.js';
import { measureContender, medianRun, remove, requireGnuTime, warm } from './measure.js';
import { rebuildCases } from './rebuild-cases.js';
import { missed, openReport, sizeOf, table } from './report.js';
import { rootCases } from './root-cases.js';
import { squashfsCases } from './squashfs-cases.js';

const project = fileURLToPath(new URL('..', import.meta.url));
const { values } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    runs: { type: 'string' },
    seconds: { type: 'string', default: '420' },
    only: { type: 'string', default: '' },
    engine: { type: 'string', default: 'auto' },
    out: { type: 'string', default: join(project, 'out/bench') },
  },
});
const { quick, only, engine, out } = values;
const runs = Number(values.runs ?? (quick ? 1 : 5));
/** A case is run again only if it is likely to end within this many seconds. */
const seconds = Number(values.seconds);
const setting = { cli: join(project, 'dist/cli/main.js'), out, engine };

requireGnuTime();
mkdirSync(out, { recursive: true });
const report = openReport(out, { engine, mostRuns: runs, secondsPerCase: seconds }, only !== '');
let failed = false;
for (const { cases, makeTree } of groups()) {
  const chosen = cases.filter((one) => one.name.includes(only));
  if (chosen.length > 0) warm(makeTree());
  for (const one of chosen) {
    const result = runCase(one);
    failed ||= result.faults.length > 0;
    report.add(result);
    console.log(table(result));
  }
}
console.log(report.paths.join('\n'));
process.exitCode = failed ? 1 : 0;

/** Cases with their trees; seeded ones are made when they are needed. */
function groups() {
  const seeded = (/** @type {string} */ label, /** @type {number} */ files, /** @type {number} */ meanSize) => ({
    cases: directCases(seededPath(out, files, meanSize), label, false),
    makeTree: () => seededTree(out, files, meanSize),
  });
  if (quick) return [seeded('2000 files', 2000, 20_000)];
  const many = seededPath(out, 100_000, 500);
  const small = [
    {
      cases: [isoCase(setting, many, '100 000 small files', { wall: 1 })],
      makeTree: () => seededTree(out, 100_000, 500),
    },
    seeded('200 000 small files', 200_000, 500),
    {
      cases: editCases(setting, seededPath(out, 2000, 500_000), '1 GB in 2000 files'),
      makeTree: () => seededTree(out, 2000, 500_000),
    },
  ];
  const root = debianRoot(project);
  if (!root) {
    console.error('No Debian root (ISOPRESS_BENCH_ROOT, or out/demo/root of `npm run demo`): a seeded tree instead.');
    return [seeded('900 MB', 20_000, 45_000), ...small];
  }
  const initrd = join(out, 'initrd');
  if (!existsSync(initrd)) writeFileSync(initrd, Buffer.alloc(50_000_000, 'initrd'));
  const from = { root, initrd, description: join(project, 'fixtures/debian-live') };
  const whole =
    process.getuid?.() === 0 ? buildCases(setting, { root, description: join(project, 'fixtures/debian-live') }) : [];
  const cases = [
    ...whole,
    ...liveCases(setting, from),
    ...rebuildCases(setting, from),
    ...directCases(root, 'Debian root', true),
    ...rootCases(setting, root, 'Debian root'),
    ...extractCases(setting, root, 'Debian root'),
    ...containerCases(setting, root, 'Debian root', true),
  ];
  return [{ cases, makeTree: () => root }, ...small];
}

/** The cases of each format. @param {string} tree @param {string} label @param {boolean} isDebian */
function directCases(tree, label, isDebian) {
  const of = [formatCases, squashfsCases, erofsCases];
  return of.flatMap((casesOf) => casesOf(setting, tree, label, isDebian));
}

/** @param {import('./cases.js').Case} one @returns {import('./report.js').Result} */
function runCase(one) {
  const contenders = { ...one.ours, ...one.peers };
  const { taken, faults } = takeTurns(contenders);
  const measured = Object.keys(contenders).filter((name) => taken[name].length > 0);
  const medians = Object.fromEntries(measured.map((name) => [name, medianRun(taken[name])]));
  const sizes = Object.fromEntries(
    measured.map((name) => [name, sizeOf(contenders[name].payload ?? contenders[name].image)]),
  );
  const peers = measured.filter((name) => name in one.peers);
  const fastest = Math.min(...peers.map((name) => medians[name].wall));
  const fastestCpu = peers.length > 0 ? medians[peers.find((name) => medians[name].wall === fastest) ?? ''].cpu : 0;
  const peerSize = peers.length > 0 ? sizes[peers[0]] : undefined;
  const rows = measured.map((name) => {
    const { image, marks } = contenders[name];
    const imageSize = sizeOf(image);
    const size = sizes[name];
    const row = {
      name,
      ...medians[name],
      runs: taken[name].length,
      ratio: peers.length > 0 ? medians[name].wall / fastest : Number.NaN,
      cpuRatio: peers.length > 0 ? medians[name].cpu / fastestCpu : undefined,
      size,
      sizeRatio: size && peerSize ? size / peerSize : undefined,
      writtenRatio: imageSize ? (medians[name].writtenKiB * 1024) / imageSize : undefined,
    };
    return { ...row, missed: missed(row, marks) };
  });
  const facts = factsOf(one, faults);
  for (const { makes } of Object.values(contenders)) remove(makes);
  return { name: one.name, rows, facts, faults };
}

/** Lines about a case that are made after its runs. @param {import('./cases.js').Case} one @param {string[]} faults */
function factsOf({ facts }, faults) {
  try {
    return facts?.() ?? [];
  } catch (error) {
    faults.push(/** @type {Error} */ (error).message);
    return [];
  }
}

/**
 * Commands alternate, so that changes of the machine's speed affect all of them equally. A command that fails is not run again.
 * @param {Readonly<Record<string, import('./cases.js').Contender>>} contenders
 */
function takeTurns(contenders) {
  /** @type {Record<string, import('./measure.js').Measurement[]>} */
  const taken = Object.fromEntries(Object.keys(contenders).map((name) => [name, []]));
  /** @type {string[]} */
  const faults = [];
  const out = new Set();
  const started = performance.now();
  for (let turn = 0; turn < runs; turn++) {
    const spent = (performance.now() - started) / 1000;
    if (turn > 0 && spent + spent / turn > seconds) break;
    for (const [name, contender] of Object.entries(contenders)) {
      if (out.has(name)) continue;
      try {
        taken[name].push(measureContender(contender));
      } catch (error) {
        out.add(name);
        faults.push(`${name}: ${/** @type {Error} */ (error).message}`);
      }
    }
  }
  return { taken, faults };
}
