// Examples of commands, for their help and their manual pages.

import type { Command } from 'commander';

const examples = new WeakMap<Command, readonly string[]>();

/** The command with command lines that do something useful. */
export function withExamples(command: Command, ...lines: readonly string[]): Command {
  examples.set(command, lines);
  return command;
}

/** The command lines of {@link withExamples}. */
export function examplesOf(command: Command): readonly string[] {
  return examples.get(command) ?? [];
}
