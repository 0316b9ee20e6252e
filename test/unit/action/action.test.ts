// biome-ignore-all lint/suspicious/noTemplateCurlyInString: expressions of GitHub are what is being tested
// The action for GitHub: its script passes the arguments on as they are, whatever characters they have.
import { spawnSync } from 'node:child_process';
import { chmodSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { scratchDirectory } from '../../support/scratch.js';

const root = resolve(import.meta.dirname, '../../..');
const scratch = scratchDirectory();
const action = parse(readFileSync(join(root, 'action.yml'), 'utf8'));
const { run: script, env } = action.runs.steps.at(-1) as { run: string; env: Record<string, string> };

/** Runs the script with an npm that prints its arguments, one in each line, and ends with `status`. */
function runScript(words: string, version: string, status = 0) {
  writeFileSync(join(scratch, 'npm'), `#!/bin/sh\nfor word; do echo "<$word>"; done\nexit ${status}\n`);
  chmodSync(join(scratch, 'npm'), 0o755);
  const output = join(scratch, 'output');
  writeFileSync(output, '');
  const variables = { ISOPRESS_ARGUMENTS: words, ISOPRESS_VERSION: version };
  const surroundings = { PATH: `${scratch}:/usr/bin:/bin`, RUNNER_TEMP: scratch, GITHUB_OUTPUT: output, ...variables };
  const ended = spawnSync('bash', ['-c', script], { env: surroundings, encoding: 'utf8' });
  return { status: ended.status, printed: ended.stdout, report: readFileSync(output, 'utf8').trim().split('=')[1]! };
}

test('inputs reach the script as variables alone', () => {
  expect(script).not.toContain('${{');
  expect(Object.values(env)).toEqual(['${{ inputs.arguments }}', '${{ inputs.version }}']);
  expect(Object.keys(action.inputs)).toEqual(['arguments', 'version', 'cache']);
});

test('arguments are passed on line by line, unchanged, and the report is kept', () => {
  const odd = ['build', '--root', 'a b', '$(touch made)', "it's", '"quoted"', '`x`', '*', '--level=1'];
  const { status, printed, report } = runScript(`${odd.join('\n')}\n\n`, '1.2.3');
  const words = ['exec', '--yes', '--package', 'isopress@1.2.3', '--', 'isopress', ...odd];
  expect(printed).toBe(words.map((word) => `<${word}>\n`).join(''));
  expect(readFileSync(report, 'utf8')).toBe(printed);
  expect(status).toBe(0);
});

test('a failure is the result of the step', () => {
  expect(runScript('build', 'latest', 3).status).toBe(3);
});
