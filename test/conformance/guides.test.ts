// The guides: every command runs in order, in a new directory, and prints what the guide shows.
import { mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { pattern, prepareGuide, ROOT, runStep, stepsOf } from '../support/guide.js';
import { scratchDirectory } from '../support/scratch.js';

const scratch = scratchDirectory();
const DIRECTORY = 'docs/guides';

/** Guides that need a Debian root tree are in live-guides.test.ts. */
const ELSEWHERE = ['make-a-root.md', 'rootless-ci.md'];
const guides = readdirSync(join(ROOT, DIRECTORY)).filter((name) => !ELSEWHERE.includes(name));

describe.each(guides)('%s', (name) => {
  const directory = join(scratch, name);
  beforeAll(() => {
    mkdirSync(directory);
    prepareGuide(directory);
  });

  test.each(stepsOf(`${DIRECTORY}/${name}`))('line $line', (step) => {
    const printed = runStep(step, directory);
    if (step.output !== undefined) expect(printed).toMatch(pattern(step.output));
  });
});
