// Manual pages (man(7)), made of the rows of the commands.

import type { Command } from 'commander';
import { examplesOf } from '../examples.js';

/** The pages by file name: one for the program, one per command. */
export function manPages(commands: readonly Command[], version: string): ReadonlyMap<string, string> {
  const names = commands.map((command) => command.name());
  return new Map([
    ['isopress.1', programPage(commands, version)],
    ...commands.map((command) => [`isopress-${command.name()}.1`, commandPage(command, names, version)] as const),
  ]);
}

function programPage(commands: readonly Command[], version: string): string {
  return [
    ...head('isopress', 'press bootable live ISOs, and write and read file system images', version),
    '.SH SYNOPSIS',
    '.B isopress',
    '.I command',
    '[\\fIoptions\\fR]',
    '.SH COMMANDS',
    ...commands.flatMap((command) => [
      '.TP',
      `.BR isopress\\-${plain(command.name())} (1)`,
      plain(command.description()),
    ]),
    ...exitStatus(),
    '',
  ].join('\n');
}

function commandPage(command: Command, names: readonly string[], version: string): string {
  const options = command.options.filter(({ hidden }) => !hidden);
  const examples = examplesOf(command);
  return [
    ...head(`isopress-${command.name()}`, command.description(), version),
    '.SH SYNOPSIS',
    `.B isopress ${command.name()}`,
    plain(command.usage().replace('[options] ', '[options] ')),
    '.SH ARGUMENTS',
    ...command.registeredArguments.flatMap((argument) => [
      '.TP',
      `.I ${plain(argument.name())}`,
      plain(argument.description),
    ]),
    '.SH OPTIONS',
    ...options.flatMap((option) => ['.TP', `.B ${plain(option.flags)}`, plain(option.description + valuesOf(option))]),
    ...(examples.length > 0 ? ['.SH EXAMPLES', ...examples.flatMap((line) => ['.PP', '.nf', plain(line), '.fi'])] : []),
    ...exitStatus(),
    '.SH SEE ALSO',
    names
      .filter((name) => name !== command.name())
      .map((name) => `.BR isopress\\-${plain(name)} (1)`)
      .join('\n'),
    '',
  ].join('\n');
}

function valuesOf({ argChoices, defaultValue, defaultValueDescription }: Command['options'][number]): string {
  const choices = argChoices ? ` (${argChoices.join(', ')})` : '';
  const usual = defaultValueDescription ?? (typeof defaultValue === 'object' ? undefined : defaultValue);
  return usual === undefined || typeof usual === 'boolean' ? choices : `${choices} (default: ${usual})`;
}

function head(name: string, summary: string, version: string): string[] {
  const title = `.TH ${plain(name.toUpperCase())} 1 "" "isopress ${version}" "User Commands"`;
  return [title, '.SH NAME', `${plain(name)} \\- ${plain(summary)}`];
}

function exitStatus(): string[] {
  const rows = [
    ['0', 'Done, or the check passed.'],
    ['1', 'A check failed.'],
    ['2', 'Wrong usage: an unknown option, a bad value, a missing argument.'],
    ['3', 'Bad input: a description, a tree, an image.'],
    ['4', 'The environment: a tool or engine is missing, no space, no permission.'],
    ['5', 'Nothing to check, or not an image of a known kind.'],
    ['70', 'A bug in isopress.'],
    ['130, 143', 'Interrupted, terminated.'],
  ];
  return ['.SH EXIT STATUS', ...rows.flatMap(([code, text]) => ['.TP', `.B ${code}`, text!])];
}

/** Text without requests and escapes of roff. */
function plain(text: string): string {
  return text
    .replace(/\\/g, '\\e')
    .replace(/-/g, '\\-')
    .replace(/^([.'])/gm, '\\&$1');
}
