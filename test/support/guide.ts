// The code blocks of a guide, as a reader would use them: files are written, commands run in order, output compared.
import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { delimiter, dirname, join, resolve } from 'node:path';
import { MAIN } from './command.js';

export const ROOT = resolve(import.meta.dirname, '../..');

/** A command block: a shell script, and the output that the guide shows after it. */
export interface Step {
  /** Line of the guide on which the block starts. */
  readonly line: number;
  readonly script: string;
  readonly output: string | undefined;
  /** Files that the guide shows before the block, by path. */
  readonly files: ReadonlyMap<string, string>;
}

const FENCE = /^```(\w*)\n(.*?)^```$/gms;
/** The first line of a file's block names the file, in a comment of its language. */
const FILE_NAME = /^(?:\/\/|#|<!--) (\S+)(?: -->)?\n/;

/** The commands of a guide in order. Throws for a block that a test could not run. */
export function stepsOf(guide: string): Step[] {
  const text = readFileSync(join(ROOT, guide), 'utf8');
  const steps: Step[] = [];
  let files = new Map<string, string>();
  let exported = '';
  for (const { index, 1: language, 2: body } of text.matchAll(FENCE)) {
    const line = text.slice(0, index).split('\n').length;
    const last = steps.at(-1);
    if (language === 'sh') {
      steps.push({ line, script: exported + body!, output: undefined, files });
      // A reader types them all into one shell.
      exported += (body!.match(/^export .*\n/gm) ?? []).join('');
      files = new Map();
    } else if (language === 'text' && last && last.output === undefined && files.size === 0) {
      steps[steps.length - 1] = { ...last, output: body! };
    } else {
      const [head, name] = FILE_NAME.exec(body!) ?? [];
      if (name === undefined)
        throw new Error(`${guide}:${line}: a block is neither a command, its output nor a named file.`);
      files.set(name, body!.slice(head!.length));
    }
  }
  if (files.size > 0) throw new Error(`${guide}: no command after ${[...files.keys()].join(', ')}.`);
  return steps;
}

/** A directory in which the commands of guides find isopress, as a command and as a package. */
export function prepareGuide(directory: string): void {
  mkdirSync(join(directory, 'node_modules/.bin'), { recursive: true });
  symlinkSync(ROOT, join(directory, 'node_modules/isopress'));
  symlinkSync(MAIN, join(directory, 'node_modules/.bin/isopress'));
}

/** Runs one step in a prepared directory. Its output on standard output, and the end of a failed one. */
export function runStep({ files, script }: Step, directory: string, prefix: readonly string[] = []): string {
  for (const [name, text] of files) {
    mkdirSync(dirname(join(directory, name)), { recursive: true });
    writeFileSync(join(directory, name), text);
  }
  const path = [join(directory, 'node_modules/.bin'), dirname(process.execPath), process.env['PATH']].join(delimiter);
  const [program, ...args] = [...prefix, 'bash', '-euo', 'pipefail', '-c', script];
  const { SOURCE_DATE_EPOCH: _, ...env } = process.env;
  const options = { cwd: directory, encoding: 'utf8', env: { ...env, PATH: path, LC_ALL: 'C.UTF-8' } } as const;
  const { status, stdout, stderr, error } = spawnSync(program!, args, { ...options, maxBuffer: 2 ** 28 });
  if (error) throw error;
  if (status !== 0) throw new Error(`status ${status}\n${script}\n${stderr.slice(-2000)}`);
  return stdout;
}

/** A pattern for the output that a guide shows: `…` stands for any text, alone on a line for any lines. */
export function pattern(output: string): RegExp {
  const escaped = output.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');
  return new RegExp(`^${escaped.replace(/^…\n/gm, '(?:.*\\n)*').replaceAll('…', '.*')}$`);
}
