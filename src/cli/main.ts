#!/usr/bin/env node
// The `isopress` command: parses the command line, runs one command, turns its end into an exit code.

import { setFlagsFromString } from 'node:v8';
import { CommanderError } from 'commander';
import { EXIT } from '../errors.js';
import { takeClassicOptions } from './classic/index.js';
import { errorData, errorLines, exitCodeOf } from './exit-code.js';
import { askedForHelp, program, settleOptionalValues } from './program.js';
import { watchStandardOutput } from './standard-streams.js';

// A tree is made of objects that stay: a large young generation only copies them more often and adds to the peak.
setFlagsFromString('--max-semi-space-size=2');
setFlagsFromString('--semi-space-growth-factor=1');

watchStandardOutput();

const args = askedForHelp(process.argv.slice(2));
try {
  const root = await program(args);
  const words = settleOptionalValues(root, await takeClassicOptions(root, args));
  await root.parseAsync(words, { from: 'user' });
} catch (error) {
  if (error instanceof CommanderError) {
    process.exitCode = error.exitCode === 0 ? EXIT.done : EXIT.usage;
  } else {
    if (args.includes('--json')) process.stdout.write(`${JSON.stringify(errorData(error), null, 2)}\n`);
    if (isProgressJson(args)) process.stderr.write(`${JSON.stringify({ event: 'error', ...errorData(error) })}\n`);
    else for (const line of errorLines(error)) process.stderr.write(`${line}\n`);
    process.exitCode = exitCodeOf(error);
  }
}

/** Whether standard error is a stream of objects: read from the words, because the error may be about one of them. */
function isProgressJson(words: readonly string[]): boolean {
  return words.some((word, i) => word === '--progress=json' || (word === '--progress' && words[i + 1] === 'json'));
}
