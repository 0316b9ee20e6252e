// The output of `isopress build`: the decisions of a plan, and the results of a build.

import type { BuildReport, planLiveIso, Step } from '../live/index.js';
import { type EngineFacts, engineText } from './engines.js';
import { jsonData, textLines } from './output/plain-data.js';
import { showBytes, showDuration } from './units.js';

/** The steps with their durations, how the initrd was made, and the files. */
export function buildText(
  { image, size, steps, results, initrd, cached }: BuildReport,
  milliseconds: number,
  engine: EngineFacts,
): string[] {
  const shown = (step: Step) => `  ${step.name.padEnd(24)} ${showDuration(step.seconds * 1000).padStart(12)}`;
  const files = Object.values(results).flatMap((file) => (file && 'filename' in file ? [file.filename] : []));
  const others = files.filter((name) => name !== image);
  const end = `${image}: ${showBytes(size)} in ${showDuration(milliseconds)}, ${cached ? 'from the cache' : engineText(engine)}`;
  return [...steps.map(shown), initrdText(initrd), end, ...others];
}

/** `initrd by dracut, chroot: 52.1 MiB, gzip level 6 by libdeflate@1.26 of 183.0 MiB`. */
function initrdText({ madeBy, cached, size, compression, unpackedSize }: BuildReport['initrd']): string {
  const maker = madeBy === 'given' ? 'given' : `by dracut, ${madeBy}${cached ? ', kept' : ''}`;
  const before = unpackedSize === undefined ? '' : ` of ${showBytes(unpackedSize)}`;
  if (!compression || compression.name === 'none') return `initrd ${maker}: ${showBytes(size)}`;
  const level = compression.level === 0 ? '' : ` level ${compression.level}`;
  return `initrd ${maker}: ${showBytes(size)}, ${compression.name}${level} by ${compression.engine}${before}`;
}

/** The decisions with their reasons, and the place of each part. */
export function planText({ report, layout }: Awaited<ReturnType<typeof planLiveIso>>): string[] {
  const { name, version, decisions } = report;
  const shown = decisions.map(({ subject, choice, reason }) => `  ${subject.padEnd(22)} ${choice}  (${reason})`);
  return [`${name} ${version}`, ...shown, 'layout', ...textLines(jsonData(layout), '  ')];
}
