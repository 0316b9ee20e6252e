// The initrd, made by dracut in an exchange directory.

import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { fromText, padding } from '../../bytes/index.js';
import { option, ToolError, wording } from '../../errors.js';
import { CPIO_ALIGNMENT } from '../../format/cpio/index.js';
import { type ExactContent, exactContent, fileContent, type Run } from '../../io/index.js';
import { type DracutRecipe, dracutOptions, renderConfiguration } from './live-modules.js';

/** A dracut that can be called, and that works on the root tree. */
export interface RunnableDracut {
  /** The directory that it writes the initrd to, as this program sees it. */
  readonly outside: string;
  /** The same directory as dracut sees it. */
  readonly inside: string;
  /** Options that every call for an initrd needs. */
  readonly options: readonly string[];
  /** A cpio archive with whatever this dracut cannot put into the initrd itself. */
  readonly appended?: Uint8Array;
  /** `configuration`: text of /etc/dracut.conf.d/02-livecd.conf during the call, if dracut runs inside the tree. */
  call(args: readonly string[], run: Run, onLine: (line: string) => void, configuration?: string): Promise<void>;
}

export interface InitrdRequest {
  readonly recipe: DracutRecipe;
  readonly kernelVersion: string;
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

const FILE = 'initrd';

/** Runs dracut. Modules the tree cannot have are left out, except the one without which no live medium boots. */
export async function makeInitrd(dracut: RunnableDracut, request: InitrdRequest, run: Run): Promise<Initrd> {
  const { essential, add } = request.recipe;
  const listed = await listModules(dracut, run);
  const absent = new Set(add.filter((module) => !listed.has(module)));
  for (;;) {
    if (absent.has(essential)) throw moduleMissing(request.recipe);
    const modules = add.filter((module) => !absent.has(module));
    const rejected = await runDracut(dracut, request, modules, run);
    if (rejected.length === 0) return { content: await initrdContent(dracut), modules, absent: [...absent] };
    for (const module of rejected) absent.add(module);
  }
}

/** Names of all modules the tree's dracut knows. */
async function listModules(dracut: RunnableDracut, run: Run): Promise<Set<string>> {
  const names = new Set<string>();
  await dracut.call(['--list-modules', '--no-kernel'], run, (line) => names.add(line.trim()));
  return names;
}

/** Makes the file; returns the modules dracut knows and still cannot install, in which case there is no file. */
async function runDracut(
  dracut: RunnableDracut,
  request: InitrdRequest,
  modules: readonly string[],
  run: Run,
): Promise<string[]> {
  const rejected: string[] = [];
  let included = 0;
  const args = [
    ...dracutOptions(request.recipe, modules),
    ...dracut.options,
    ...[`${dracut.inside}/${FILE}`, request.kernelVersion],
  ];
  const onLine = (line: string) => {
    request.log(line);
    const module = /dracut module '([^']+)' cannot be found or installed/i.exec(line)?.[1];
    if (module && modules.includes(module)) rejected.push(module);
    if (line.includes('Including module')) run.report({ step: 'dracut', done: ++included, unit: 'steps' });
  };
  try {
    await dracut.call(args, run, onLine, renderConfiguration(request.recipe, modules));
  } catch (error) {
    if (!(error instanceof ToolError) || rejected.length === 0) throw error;
  }
  return rejected;
}

async function initrdContent(dracut: RunnableDracut): Promise<ExactContent> {
  const path = join(dracut.outside, FILE);
  const found = await stat(path).catch(() => undefined);
  if (found) return withArchive(fileContent(fromText(path), found.size), dracut.appended);
  throw new ToolError('live.no-initrd', 'dracut ended without an error and made no initrd.', {
    hint: wording`Use ${option('log')} to see what it says, or give a ready initrd with ${option('initrd.file', 'FILE')}.`,
  });
}

/** Linux unpacks concatenated archives. */
function withArchive(initrd: ExactContent, archive: Uint8Array | undefined): ExactContent {
  if (!archive) return initrd;
  const gap = padding(initrd.size, CPIO_ALIGNMENT);
  return exactContent(initrd.size + gap + archive.length, async function* (run) {
    yield* initrd.pieces(run);
    if (gap > 0) yield { hole: gap };
    yield archive;
  });
}

function moduleMissing({ essential, package: name }: DracutRecipe): ToolError {
  const other = essential === 'kiwi-live' ? 'dmsquash' : 'overlay';
  return new ToolError('live.no-dracut-module', `The root tree's dracut has no usable module "${essential}".`, {
    hint: `Install ${name} into the root tree, or choose flags="${other}".`,
  });
}
