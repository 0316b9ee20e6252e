// The initrd, made by the root tree's own dracut, in an exchange directory beside the target.

import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { fromText } from '../../bytes/index.js';
import { ToolError } from '../../errors.js';
import { type ExactContent, fileContent, type Run } from '../../io/index.js';
import type { InsideRoot } from './inside-root.js';

export interface InitrdRequest {
  /** From the description: which module mounts the root image. */
  readonly flags: 'overlay' | 'dmsquash';
  /** Modules wanted beside that one. */
  readonly extra: readonly string[];
  readonly kernelVersion: string;
  /** Modules to leave out whatever dracut thinks. */
  readonly omit: readonly string[];
  /** Every line of dracut's output. */
  log(line: string): void;
}

export interface Initrd {
  readonly content: ExactContent;
  /** dracut modules asked for and found. */
  readonly modules: readonly string[];
  /** dracut modules asked for that this root tree cannot have. */
  readonly absent: readonly string[];
}

interface LiveModules {
  readonly essential: string;
  readonly package: string;
}

const liveModules: Readonly<Record<InitrdRequest['flags'], LiveModules>> = {
  overlay: { essential: 'kiwi-live', package: 'dracut-kiwi-live (kiwi-dracut-live on Debian)' },
  dmsquash: { essential: 'dmsquash-live', package: 'dracut-live' },
};

/** Runs dracut. Modules the tree cannot have are left out, except the one without which no live medium boots. */
export async function makeInitrd(inside: InsideRoot, request: InitrdRequest, run: Run): Promise<Initrd> {
  const { essential } = liveModules[request.flags];
  const wanted = [essential, ...request.extra];
  const listed = await listModules(inside, run);
  const absent = new Set(wanted.filter((module) => !listed.has(module)));
  for (;;) {
    if (absent.has(essential)) throw moduleMissing(request.flags);
    const modules = wanted.filter((module) => !absent.has(module));
    const rejected = await runDracut(inside, request, modules, run);
    if (rejected.length === 0) return { content: await initrdContent(inside), modules, absent: [...absent] };
    for (const module of rejected) absent.add(module);
  }
}

const FILE = 'initrd';

/** Names of all modules the tree's dracut knows. */
async function listModules(inside: InsideRoot, run: Run): Promise<Set<string>> {
  const names = new Set<string>();
  await inside.run('dracut', ['--list-modules', '--no-kernel'], run, (line) => names.add(line.trim()));
  return names;
}

/** Makes the file; returns the modules dracut knows and still cannot install, in which case there is no file. */
async function runDracut(
  inside: InsideRoot,
  request: InitrdRequest,
  modules: readonly string[],
  run: Run,
): Promise<string[]> {
  const rejected: string[] = [];
  let included = 0;
  const args = [
    ...['--force', '--verbose', '--reproducible', '--no-hostonly', '--no-hostonly-cmdline', '--install', '/.profile'],
    ...['--add', ` ${modules.join(' ')} `],
    ...(request.omit.length > 0 ? ['--omit', ` ${request.omit.join(' ')} `] : []),
    ...[`${inside.inside}/${FILE}`, request.kernelVersion],
  ];
  const onLine = (line: string) => {
    request.log(line);
    const module = /dracut module '([^']+)' cannot be found or installed/i.exec(line)?.[1];
    if (module && modules.includes(module)) rejected.push(module);
    if (line.includes('Including module')) run.report({ step: 'dracut', done: ++included, unit: 'steps' });
  };
  try {
    await inside.run('dracut', args, run, onLine);
  } catch (error) {
    if (!(error instanceof ToolError) || rejected.length === 0) throw error;
  }
  return rejected;
}

async function initrdContent(inside: InsideRoot): Promise<ExactContent> {
  const path = join(inside.outside, FILE);
  const { size } = await stat(path);
  return fileContent(fromText(path), size);
}

function moduleMissing(flags: InitrdRequest['flags']): ToolError {
  const { essential, package: name } = liveModules[flags];
  const other = flags === 'overlay' ? 'dmsquash' : 'overlay';
  return new ToolError('live.no-dracut-module', `The root tree's dracut has no usable module "${essential}".`, {
    hint: `Install ${name} into the root tree, or choose flags="${other}".`,
  });
}
