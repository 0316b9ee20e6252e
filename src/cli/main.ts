#!/usr/bin/env node
// The `isopress` command: parses the command line, runs one command, turns its end into an exit code.

import { setFlagsFromString } from 'node:v8';
import { CommanderError } from 'commander';
import { EXIT } from '../errors.js';
import { takeClassicOptions } from './classic/index.js';
import { errorData, errorLines, exitCodeOf } from './exit-code.js';
import { program } from './program.js';

// A tree is made of objects that stay: a large young generation only copies them more often and adds to the peak.
setFlagsFromString('--max-semi-space-size=2');
setFlagsFromString('--semi-space-growth-factor=1');

process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  // A reader that closed the pipe early is no fault of ours.
  process.exit(error.code === 'EPIPE' ? EXIT.done : EXIT.environment);
});

const args = process.argv.slice(2);
try {
  const root = await program(args);
  await root.parseAsync([...(await takeClassicOptions(root, args))], { from: 'user' });
} catch (error) {
  if (error instanceof CommanderError) {
    process.exitCode = error.exitCode === 0 ? EXIT.done : EXIT.usage;
  } else {
    if (args.includes('--json')) process.stdout.write(`${JSON.stringify(errorData(error), null, 2)}\n`);
    for (const line of errorLines(error)) process.stderr.write(`${line}\n`);
    process.exitCode = exitCodeOf(error);
  }
}
