// Printed matrices by the schemas that the programs publish for their files.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { isopress } from '../support/command.js';
import { faultsOfMatrix } from '../support/matrix-judge.js';
import { oracle } from '../support/oracle.js';
import { scratchDirectory } from '../support/scratch.js';

const scratch = scratchDirectory();
const at = (name: string) => join(scratch, name);
writeFileSync(
  at('images.yaml'),
  `target-dir: out\ndescription: d\nname: "{seed}"\naxes: {seed: [a, "it's $HOME", c.d]}\n`,
);

function printed(engine: string): string {
  const { status, stdout, stderr } = isopress(['matrix', 'print', at('images.yaml'), '--for', engine]);
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  return stdout;
}

oracle('python3')('the job for Kubernetes has no field that its published schema does not know', async () => {
  writeFileSync(at('job'), printed('kubernetes'));
  expect(await faultsOfMatrix('kubernetes', at('job'))).toEqual([]);
  writeFileSync(at('wrong'), printed('kubernetes').replace('"completions"', '"completion"'));
  expect(await faultsOfMatrix('kubernetes', at('wrong'))).toEqual([expect.stringContaining("'completion'")]);
});

oracle('python3')('the matrix for GitHub is one by the published schema of workflows', async () => {
  writeFileSync(at('matrix'), printed('github'));
  expect(await faultsOfMatrix('github', at('matrix'))).toEqual([]);
  writeFileSync(at('wrong'), '{"include": "x"}');
  expect(await faultsOfMatrix('github', at('wrong'))).toHaveLength(1);
});
