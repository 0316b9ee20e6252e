// isopress completion SHELL

import { Argument, Command } from 'commander';
import { withExamples } from '../examples.js';
import { completionScript, SHELLS, type Shell } from '../output/completions.js';

/** `load` gives all commands, which this one is loaded without. */
export function completionCommand(load: () => Promise<readonly Command[]>): Command {
  return withExamples(
    new Command('completion'),
    'isopress completion bash > ~/.local/share/bash-completion/completions/isopress',
  )
    .description('print a completion script for a shell')
    .addArgument(new Argument('<shell>', 'the shell').choices(SHELLS))
    .action(async (shell: Shell) => {
      process.stdout.write(completionScript(shell, await load()));
    });
}
