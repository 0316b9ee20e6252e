// The results as a table, as JSON and as a plot, brought up to date after every case.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { cpus, totalmem } from 'node:os';
import { join } from 'node:path';
import { plotSvg } from './plot.js';

/**
 * @typedef {{ name: string, wall: number, cpu: number, peakKiB: number, writtenKiB: number, runs: number, ratio: number,
 *   size?: number, cpuRatio?: number, sizeRatio?: number, writtenRatio?: number, missed?: string[] }} Row  Ratios are to the fastest peer, the
 *   size of the first peer, and the bytes of the image.
 * @typedef {{ name: string, rows: Row[], facts?: string[], faults: string[] }} Result
 */

/** Default mark of memory, in MiB. */
const MOST_MEMORY = 200;

/** Bytes of an image, or of a file in an ISO named as `image.iso!/path`. @param {string} what */
export function sizeOf(what) {
  const [image, path] = what.split('!');
  if (!existsSync(image)) return undefined;
  if (!path) return statSync(image).size;
  const { stdout } = spawnSync('xorriso', ['-indev', image, '-find', path, '-exec', 'lsdl'], { encoding: 'utf8' });
  const [, size] = /^\S+ +\d+ +\S+ +\S+ +(\d+) /m.exec(stdout ?? '') ?? [];
  return size === undefined ? undefined : Number(size);
}

/** The limits that our row exceeds. @param {Row} row @param {import('./cases.js').Marks | undefined} marks */
export function missed(row, marks) {
  if (!marks) return undefined;
  const over = (
    /** @type {string} */ what,
    /** @type {number | undefined} */ is,
    /** @type {number | undefined} */ most,
  ) => (is !== undefined && most !== undefined && is > most ? [`${what} ${is.toFixed(3)}, at most ${most}`] : []);
  return [
    ...over('wall', row.ratio, marks.wall),
    ...over('CPU', row.cpuRatio, marks.cpu),
    ...over('size', row.sizeRatio, marks.size),
    ...over('written', row.writtenRatio, marks.written),
    ...over('memory', row.peakKiB / 1024, marks.memory ?? MOST_MEMORY),
  ];
}

/** Files of results in a directory. @param {string} out @param {object} facts @param {boolean} keep  Keep results of other cases. */
export function openReport(out, facts, keep) {
  const json = join(out, 'results.json');
  /** @type {Result[]} */
  const results = keep && existsSync(json) ? JSON.parse(readFileSync(json, 'utf8')).results : [];
  const machine = { cpu: cpus()[0]?.model, cores: cpus().length, memory: totalmem(), node: process.version };
  return {
    /** @param {Result} result */
    add(result) {
      const at = results.findIndex(({ name }) => name === result.name);
      if (at < 0) results.push(result);
      else results[at] = result;
      writeFileSync(json, `${JSON.stringify({ ...facts, machine, results }, null, 2)}\n`);
      writeFileSync(join(out, 'results.txt'), `${results.map(table).join('\n')}\n`);
      writeFileSync(join(out, 'results.svg'), plotSvg(results));
    },
    paths: ['results.txt', 'results.json', 'results.svg'].map((name) => join(out, name)),
  };
}

/** One case as text. @param {Result} result */
export function table({ name, rows, facts = [], faults }) {
  const line = (/** @type {string[]} */ ...cells) =>
    cells.map((cell, i) => (i === 0 ? cell.padEnd(30) : cell.padStart(11))).join('');
  const ratio = (/** @type {number | undefined} */ value, digits = 3) =>
    value === undefined ? '–' : value.toFixed(digits);
  return [
    name,
    line('', 'wall s', 'ratio', 'CPU s', 'peak MB', 'written MB', '÷ image', 'size', 'ratio', 'runs'),
    ...rows.map((row) =>
      line(
        ...[row.name, row.wall.toFixed(2), ratio(row.ratio), row.cpu.toFixed(2), (row.peakKiB / 1024).toFixed(0)],
        ...[(row.writtenKiB / 1024).toFixed(0), ratio(row.writtenRatio), `${row.size ?? '–'}`, ratio(row.sizeRatio, 4)],
        `${row.runs}`,
      ),
    ),
    ...rows.flatMap((row) => (row.missed ?? []).map((what) => `  over the mark: ${row.name}, ${what}`)),
    ...facts.map((fact) => `  ${fact}`),
    ...faults.map((fault) => `  not measured: ${fault}`),
    '',
  ].join('\n');
}
