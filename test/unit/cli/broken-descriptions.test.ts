// Every broken description in fixtures/ through the command: its output is the text file next to the description.
import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
// Loaded here, because the first case would otherwise spend its time on loading the build.
import '../../../src/cli/actions/build.js';
import { errorLines, exitCodeOf } from '../../../src/cli/exit-code.js';
import { program } from '../../../src/cli/program.js';
import { EXIT } from '../../../src/errors.js';
import { isopress } from '../../support/command.js';
import { scratchDirectory } from '../../support/scratch.js';

const directory = 'fixtures/broken-descriptions';
const descriptions = readdirSync(directory).filter((name) => /\.(xml|yaml|toml)$/.test(name));
const expectedOf = (name: string) => readFileSync(join(directory, name.replace(/\.\w+$/, '.txt')), 'utf8');

const scratch = scratchDirectory();
for (const part of ['root', 'out']) mkdirSync(join(scratch, part));

const argumentsFor = (name: string) => [
  ...['build', '--description', directory, '--kiwi-file', name, '--target-arch', 'x86_64'],
  ...['--root', join(scratch, 'root'), '--target-dir', join(scratch, 'out'), '--quiet'],
];

/** The command in this process: a hundred processes would only start Node a hundred times. */
async function run(name: string): Promise<{ code: number; text: string }> {
  try {
    const args = argumentsFor(name);
    await (await program(args)).parseAsync(args, { from: 'user' });
  } catch (error) {
    return { code: exitCodeOf(error), text: `${errorLines(error).join('\n')}\n` };
  }
  return { code: EXIT.done, text: '' };
}

test('there are at least fifty, each with its message', () => {
  const messages = readdirSync(directory).filter((name) => name.endsWith('.txt'));
  expect(descriptions.length).toBeGreaterThanOrEqual(50);
  expect(messages.sort()).toEqual(descriptions.map((name) => name.replace(/\.\w+$/, '.txt')).sort());
});

test.each(descriptions)('%s', async (name) => {
  expect(await run(name)).toEqual({ code: EXIT.badInput, text: expectedOf(name) });
  expect(readdirSync(join(scratch, 'out'))).toEqual([]);
});

test.each(['type-flags.xml', 'yaml-value.yaml'])('%s in a separate process', (name) => {
  const { status, stderr, stdout } = isopress(argumentsFor(name));
  expect({ status, stderr, stdout }).toEqual({ status: EXIT.badInput, stderr: expectedOf(name), stdout: '' });
});
