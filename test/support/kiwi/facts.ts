// Facts of a live ISO and its results by third-party tools, for comparison with those of another ISO.
import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { succeed } from '../tools.js';
import { discFacts } from './disc-facts.js';
import { mediumFacts } from './medium-facts.js';
import { resultFacts } from './result-facts.js';
import { rootFacts } from './root-facts.js';

/** Facts of one aspect: what each is about, and what was found. */
export type Facts = ReadonlyMap<string, string>;

/** Every aspect by its name. */
export type ImageFacts = Readonly<Record<string, Facts>>;

/** One fact in which two images differ. */
export interface Difference {
  readonly aspect: string;
  /** `-` only KIWI has it, `+` only isopress has it, `!` they differ in it. */
  readonly sign: '-' | '+' | '!';
  readonly about: string;
  readonly kiwi: string | undefined;
  readonly isopress: string | undefined;
}

/** Collects the facts of an ISO and its results. `work` is a directory for extracted files. */
export function gatherFacts(image: string, work: string): ImageFacts {
  const medium = join(work, 'medium');
  mkdirSync(work, { recursive: true });
  if (!existsSync(medium)) succeed('xorriso', ['-osirrox', 'on', '-indev', image, '-extract', '/', medium]);
  return {
    ...mediumFacts(medium, work),
    ...discFacts(image, work),
    ...rootFacts(join(medium, 'LiveOS/squashfs.img'), work),
    ...resultFacts(image),
  };
}

/** All differences, in the order of the aspects. */
export function compareFacts(kiwi: ImageFacts, isopress: ImageFacts): Difference[] {
  return Object.keys(kiwi).flatMap((aspect) => {
    const [theirs, ours] = [kiwi[aspect]!, isopress[aspect]!];
    const abouts = [...new Set([...theirs.keys(), ...ours.keys()])].sort();
    return abouts.flatMap((about) => {
      const [x, y] = [theirs.get(about), ours.get(about)];
      if (x === y) return [];
      const sign = y === undefined ? '-' : x === undefined ? '+' : '!';
      return [{ aspect, sign, about, kiwi: x, isopress: y } as const];
    });
  });
}

/** A difference as one line, as the table of known ones matches it. */
export function shown({ aspect, sign, about, kiwi, isopress }: Difference): string {
  return `${aspect} ${sign} ${about}: ${[kiwi, isopress].filter((value) => value !== undefined).join(' | ')}`;
}
