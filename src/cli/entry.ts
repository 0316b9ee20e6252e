#!/usr/bin/env node
// The `isopress` command: parses the command line, runs one command, turns its end into an exit code.

import { availableParallelism } from 'node:os';
import { setFlagsFromString } from 'node:v8';
import { CommanderError } from 'commander';
import { takeClassicOptions } from './classic/index.js';
import { errorData, errorLines, exitCodeOf } from './exit-code.js';
import { askedForHelp, classicReaderFor, program, settleOptionalValues, writesImageToOutput } from './program.js';
import { reportStream, useStandardOutput, watchStandardOutput } from './standard-streams.js';

// A tree is made of objects that stay: a large young generation only copies them more often and adds to the peak, and a small one is
// collected hundreds of times. Node.js starts with 1 MiB. It grows to 4 MiB while modules are loaded, and stays so from then on.
setFlagsFromString('--semi-space-growth-factor=4');

// Node.js 20 optimizes a function after so little work that for a command of seconds its compiler takes more time than it saves: two
// fifths of the CPU time of an ISO of a Debian root. Later versions wait for about as long as this by themselves.
if (process.versions.node.startsWith('20.')) setFlagsFromString('--interrupt-budget=800000');

// Threads of libuv read and decompress; by default there are four for any number of cores.
process.env['UV_THREADPOOL_SIZE'] ??= String(Math.max(4, availableParallelism()));

watchStandardOutput();

const args = askedForHelp(process.argv.slice(2));
try {
  // An error in the options comes before the command itself can say so.
  if (writesImageToOutput(args)) useStandardOutput('image');
  const root = await program(args);
  const classic = await classicReaderFor(args);
  const words = settleOptionalValues(root, classic ? takeClassicOptions(root, args, classic) : args);
  setFlagsFromString('--semi-space-growth-factor=1');
  await root.parseAsync(words, { from: 'user' });
} catch (error) {
  if (!(error instanceof CommanderError && error.exitCode === 0)) await fail(error);
}

/** Reports an error to people, and to programs that asked for JSON. */
async function fail(error: unknown): Promise<void> {
  const data = errorData(error);
  const stream = reportStream();
  const hasEvents = isProgressJson(args);
  // Not twice on one stream.
  if (args.includes('--json') && !(hasEvents && stream === process.stderr)) {
    const { reportText } = await import('./output/report.js');
    stream.write(reportText('error', data));
  }
  if (hasEvents) process.stderr.write(`${JSON.stringify({ event: 'error', ...data })}\n`);
  else for (const line of errorLines(error)) process.stderr.write(`${line}\n`);
  process.exitCode = exitCodeOf(error);
}

/** Whether standard error is a stream of objects: read from the words, because the error may be about one of them. */
function isProgressJson(words: readonly string[]): boolean {
  return words.some((word, i) => word === '--progress=json' || (word === '--progress' && words[i + 1] === 'json'));
}
