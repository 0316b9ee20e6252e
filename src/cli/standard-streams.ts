// Standard input and output as source and target: not a terminal, ended by signals, and never full without a word.

import { writeSync } from 'node:fs';
import { EXIT, UsageError } from '../errors.js';

/** Use of standard output: reports and listings, the content of files, or an image. */
export type OutputUse = 'report' | 'content' | 'image';

let use: OutputUse = 'report';

/** States what this command writes to standard output. */
export function useStandardOutput(as: OutputUse): void {
  use = as;
}

/** Where reports go: standard error while an image or the content of files goes to standard output. */
export function reportStream(): NodeJS.WriteStream {
  return use === 'report' ? process.stdout : process.stderr;
}

/** Standard input, piece by piece. Rejects with the reason of `signal` as soon as it aborts, even while nothing comes. */
export async function* standardInput(signal: AbortSignal | undefined): AsyncGenerator<Uint8Array> {
  const { stdin } = process;
  if (stdin.isTTY) {
    throw new UsageError('cli.terminal-input', 'Standard input is a terminal, and an archive is expected from it.', {
      hint: 'Pipe an archive into it, or name a file.',
    });
  }
  const stop = () => stdin.destroy(signal?.reason);
  signal?.addEventListener('abort', stop, { once: true });
  try {
    signal?.throwIfAborted();
    for await (const piece of stdin) yield piece as Buffer;
    signal?.throwIfAborted();
  } finally {
    signal?.removeEventListener('abort', stop);
  }
}

/** Throws for an image that would be shown on the screen. */
export function refuseTerminalOutput(): void {
  if (!process.stdout.isTTY) return;
  throw new UsageError('cli.terminal-output', 'Standard output is a terminal, and an image is binary data.', {
    hint: 'Redirect it into a file or a pipe, or name a file.',
  });
}

/** Output must be complete, unless the reader of a listing closes it early. */
export function watchStandardOutput(): void {
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') {
      // Half an image is a failure. The write that failed ends the command with it, in order.
      if (use === 'image') return;
      process.exit(process.exitCode ?? EXIT.done);
    }
    const reason = error.code === 'ENOSPC' ? 'No space left for' : `${error.message} while writing`;
    writeSync(2, `isopress: ${reason} standard output. [target.${(error.code ?? 'eio').toLowerCase()}]\n`);
    process.exit(EXIT.environment);
  });
}
