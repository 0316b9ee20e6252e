// The options of a command line as they were given, for a statement about them.

import type { Command } from 'commander';

/** One option of a command line. */
export interface GivenOption {
  /** Without dashes: `root`, `no-xattrs`. */
  readonly name: string;
  /** As given; true for a switch. */
  readonly value: string | true;
}

/** The options that a command will be given, in their order: the list is complete when the action of the command starts. */
export function recordOptions(command: Command): readonly GivenOption[] {
  const given: GivenOption[] = [];
  for (const option of command.options) {
    const name = option.name();
    command.on(`option:${name}`, (value: string | null | undefined) => {
      given.push({ name, value: value ?? true });
    });
  }
  return given;
}
