// The output of `isopress build`: the decisions of a plan, and the results of a build.

import type { BuildReport, planLiveIso, Step } from '../live/index.js';
import { type EngineFacts, engineText } from './engines.js';
import { jsonData, textLines } from './output/plain-data.js';
import { showBytes, showDuration } from './units.js';

/** The steps with their durations, how the initrd was made, and the files. */
export function buildText(
  { image, size, steps, results, initrd }: BuildReport,
  milliseconds: number,
  engine: EngineFacts,
): string[] {
  const shown = (step: Step) => `  ${step.name.padEnd(24)} ${showDuration(step.seconds * 1000).padStart(12)}`;
  const files = Object.values(results).flatMap((file) => ('filename' in file ? [file.filename] : []));
  const others = files.filter((name) => name !== image);
  const end = `${image}: ${showBytes(size)} in ${showDuration(milliseconds)}, ${engineText(engine)}`;
  const maker = initrd.madeBy === 'given' ? 'given' : `by dracut, ${initrd.madeBy}${initrd.cached ? ', kept' : ''}`;
  return [...steps.map(shown), `initrd ${maker}: ${showBytes(initrd.size)}`, end, ...others];
}

/** The decisions with their reasons, and the place of each part. */
export function planText({ report, layout }: Awaited<ReturnType<typeof planLiveIso>>): string[] {
  const { name, version, decisions } = report;
  const shown = decisions.map(({ subject, choice, reason }) => `  ${subject.padEnd(22)} ${choice}  (${reason})`);
  return [`${name} ${version}`, ...shown, 'layout', ...textLines(jsonData(layout), '  ')];
}
