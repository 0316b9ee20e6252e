// Manual pages and completion scripts: current, and accepted by the programs that read them.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect, test } from 'vitest';
import { examplesOf } from '../../../src/cli/examples.js';
import { completionScript, SHELLS } from '../../../src/cli/output/completions.js';
import { manPages } from '../../../src/cli/output/man-page.js';
import { allCommands } from '../../../src/cli/program.js';
import { VERSION } from '../../../src/version.js';
import { judge, oracle } from '../../support/oracle.js';
import { scratchDirectory } from '../../support/scratch.js';

const commands = await allCommands();
const directory = resolve(import.meta.dirname, '../../../dist/man');
const scratch = scratchDirectory();

test('the manual pages are those of the commands (every build makes them)', () => {
  const pages = manPages(commands, VERSION);
  expect(readdirSync(directory).sort()).toEqual([...pages.keys()].sort());
  for (const [name, text] of pages) expect(readFileSync(join(directory, name), 'utf8')).toBe(text);
});

oracle('man')('man formats every page without a warning', () => {
  for (const name of readdirSync(directory)) {
    expect(judge('man', ['-l', '--warnings', '-E', 'UTF-8', join(directory, name)])).toMatchObject({
      status: 0,
      stderr: '',
    });
  }
});

for (const shell of SHELLS) {
  oracle(shell)(`${shell} accepts its completion script`, () => {
    const path = join(scratch, shell);
    writeFileSync(path, completionScript(shell, commands));
    expect(judge(shell, ['-n', path])).toMatchObject({ status: 0, stderr: '' });
  });
}

oracle('bash')('bash completes commands, options and their values', () => {
  const path = join(scratch, 'completion.bash');
  writeFileSync(path, completionScript('bash', commands));
  const complete = (...words: string[]) => {
    const script = `. ${path}; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _isopress; printf '%s\\n' "\${COMPREPLY[@]}"`;
    return judge('bash', ['-c', script, 'bash', 'isopress', ...words])
      .stdout.trim()
      .split('\n');
  };
  expect(complete('ext')).toEqual(['ext4', 'extract']);
  expect(complete('fat', '--type', '1')).toEqual(['12', '16']);
  expect(complete('iso', '--volume-i')).toEqual(['--volume-id']);
});

test('every command has an example that begins with its name', () => {
  for (const command of commands) {
    const examples = examplesOf(command);
    expect(examples.length).toBeGreaterThan(0);
    for (const line of examples) expect(line).toContain(`isopress ${command.name()} `);
  }
});
