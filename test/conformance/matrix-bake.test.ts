// Printed matrices for BuildKit by the parser of buildx, which takes minutes to compile:
//   ISOPRESS_BAKE=1 npx vitest run --project conformance matrix-bake
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { type BakeTarget, bakeTargets } from '../support/bake-judge.js';
import { isopress } from '../support/command.js';
import { oracle } from '../support/oracle.js';
import { scratchDirectory } from '../support/scratch.js';

const scratch = scratchDirectory();
const bake = process.env['ISOPRESS_BAKE'] ? oracle('go') : test.skip;

bake('buildx reads every image of a printed matrix as a target', { timeout: 900_000 }, async () => {
  const [images, file] = [join(scratch, 'images.yaml'), join(scratch, 'bake.json')];
  writeFileSync(images, `target-dir: out\ndescription: d\nname: "{seed}"\naxes: {seed: [a, "it's $HOME", c.d]}\n`);
  const { status, stdout } = isopress(['matrix', 'print', images, '--for', 'bake']);
  expect(status).toBe(0);
  writeFileSync(file, stdout);
  const targets = await bakeTargets(file);
  expect(targets).not.toBeTypeOf('string');
  const printed = JSON.parse(stdout).target as Record<string, BakeTarget>;
  expect(Object.keys(printed)).toHaveLength(3);
  // Nothing in the commands is a variable of bake, which would be replaced.
  for (const [name, { args, output, 'dockerfile-inline': commands }] of Object.entries(printed)) {
    expect(targets).toHaveProperty([name], expect.objectContaining({ args, output, 'dockerfile-inline': commands }));
  }

  writeFileSync(file, stdout.replace('"a"', '"other"'));
  expect(await bakeTargets(file)).toContain('other');
});
