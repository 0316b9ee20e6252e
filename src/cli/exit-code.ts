// How a command ends: the status, and an error as lines for people and as data for programs.

import { CommanderError } from 'commander';
import { defined } from '../bytes/index.js';
import { EXIT, IsopressError, ToolError, UsageError } from '../errors.js';
import { namedFrames } from './bug-report.js';
import { optionFlag, spelled } from './option-words.js';
import { terminalText } from './output/terminal-text.js';

/** The code of the parser without a command. */
const HELP = 'commander.help';

/** The exit code for an error that ended a command. */
export function exitCodeOf(error: unknown): number {
  if (error instanceof CommanderError) return EXIT.usage;
  return error instanceof IsopressError ? error.exitCode : EXIT.bug;
}

/** An error as lines for a person. Only a bug shows its stack. */
export function errorLines(error: unknown): string[] {
  if (error instanceof CommanderError) return commandLineLines(error);
  if (!(error instanceof IsopressError) || exitCodeOf(error) === EXIT.bug) {
    const detail = error instanceof Error ? namedFrames(error.stack ?? error.message) : String(error);
    return ['isopress: this is a bug in isopress. Please report it with the lines below.', detail];
  }
  const { message, hint } = textsOf(error);
  const { path, line, column, at } = error.place;
  const position = line === undefined ? '' : `:${line}${column === undefined ? '' : `:${column}`}`;
  const file = path !== undefined && (line !== undefined || !message.includes(path)) ? `${path}${position}: ` : '';
  const flag = flagOf(error);
  const option = flag === undefined || message.includes(flag) ? '' : `${flag}: `;
  const offset = at !== undefined && !message.includes(String(at)) ? ` (at byte ${at})` : '';
  const text = `isopress: ${file}${option}${message}${offset} [${error.code}]`;
  // Only the words of a tool take separate lines: a line feed in a name must not begin one.
  const lines = error instanceof ToolError ? text.split('\n') : [text];
  if (hint !== undefined) lines.push(`  ${hint}`);
  return lines.map(terminalText);
}

/** The same as plain data, for `--json` and `--progress json`. */
export function errorData(error: unknown): Record<string, unknown> {
  if (error instanceof CommanderError) return commandLineData(error);
  if (!(error instanceof IsopressError)) return { error: 'internal', message: String(error), exitCode: EXIT.bug };
  const { message, hint } = textsOf(error);
  const option = flagOf(error);
  return {
    error: error.code,
    message,
    ...error.place,
    ...defined({ option, hint }),
    exitCode: exitCodeOf(error),
  };
}

/** Message and hint in the words of the command line. */
function textsOf({ wording: { message, hint } }: IsopressError): { message: string; hint: string | undefined } {
  return { message: spelled(message), hint: hint === undefined ? undefined : spelled(hint) };
}

function flagOf(error: IsopressError): string | undefined {
  return error instanceof UsageError && error.option !== undefined ? optionFlag({ option: error.option }) : undefined;
}

/** Lines of an error of the command line; without a command the parser has printed the help already. */
function commandLineLines(error: CommanderError): string[] {
  if (error.code === HELP) return [];
  const { code, message, hint } = commandLineTexts(error);
  const lines = [`isopress: ${message} [${code}]`];
  if (hint !== undefined) lines.push(`  ${hint}`);
  return lines.map(terminalText);
}

function commandLineData(error: CommanderError): Record<string, unknown> {
  const { code, message, hint } = commandLineTexts(error);
  const option = /--[a-z0-9][a-z0-9-]*/.exec(message)?.[0];
  return { error: code, message, ...defined({ option, hint }), exitCode: EXIT.usage };
}

/**
 * `commander.unknownOption` with `error: unknown option '--nope'` and a line `(Did you mean --inodes?)`, in the form of the errors of
 * this program.
 */
function commandLineTexts({ code, message }: CommanderError) {
  const name = code.replace(/^commander\./, '').replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
  const [first = '', ...others] = message.replace(/^error: /, '').split('\n');
  const hint = others.join(' ').replace(/^\((.*)\)$/, '$1');
  const text = code === HELP ? 'No command was given.' : sentence(first);
  return { code: `usage.${name}`, message: text, hint: hint === '' ? undefined : hint };
}

function sentence(text: string): string {
  return `${text.slice(0, 1).toUpperCase()}${text.slice(1)}${/[.?!]$/.test(text) ? '' : '.'}`;
}
