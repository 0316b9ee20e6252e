// The initrd, made by dracut in an exchange directory.

import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { fromText } from '../../bytes/index.js';
import { option, ToolError, wording } from '../../errors.js';
import { type ExactContent, fileContent, type Run } from '../../io/index.js';
import type { InitrdCompression } from './choose-compression.js';
import { type DracutRecipe, dracutOptions, renderConfiguration } from './live-modules.js';
import { type PackedInitrd, packInitrd } from './pack.js';

/** A dracut that can be called and reads the root tree. */
export interface RunnableDracut {
  /** The directory for the initrd, as this program sees it. */
  readonly outside: string;
  /** The same directory as dracut sees it. */
  readonly inside: string;
  /** Options that every call for an initrd needs. */
  readonly options: readonly string[];
  /** Whether this dracut has --no-compress. */
  readonly canLeave: boolean;
  /** Names of all modules of this dracut; undefined: it must be asked. */
  readonly modules: ReadonlySet<string> | undefined;
  /** A cpio archive of files that this dracut cannot put into the initrd itself. */
  readonly appended?: Uint8Array;
  /** `configuration`: text of /etc/dracut.conf.d/02-livecd.conf during the call, if dracut runs inside the tree. */
  call(args: readonly string[], run: Run, onLine: (line: string) => void, configuration?: string): Promise<void>;
}

export interface InitrdRequest {
  readonly recipe: DracutRecipe;
  readonly compression: InitrdCompression;
  readonly kernelVersion: string;
  /** Every line of dracut's output. */
  log(line: string): void;
}

export interface Initrd extends PackedInitrd {
  /** Requested dracut modules that were found. */
  readonly modules: readonly string[];
  /** Requested dracut modules that this root tree does not have. */
  readonly absent: readonly string[];
}

const FILE = 'initrd';

/** Runs dracut. Modules that the tree does not have are left out, except the one that every live medium needs. */
export async function makeInitrd(dracut: RunnableDracut, request: InitrdRequest, run: Run): Promise<Initrd> {
  const { essential, add } = request.recipe;
  const listed = dracut.modules ?? (await listModules(dracut, run));
  const absent = new Set(add.filter((module) => !listed.has(module)));
  for (;;) {
    if (absent.has(essential)) throw moduleMissing(request.recipe);
    const modules = add.filter((module) => !absent.has(module));
    const { rejected, isSquashed } = await runDracut(dracut, request, modules, run);
    for (const module of rejected) absent.add(module);
    if (rejected.length > 0) continue;
    const made = { file: await initrdFile(dracut), appended: dracut.appended, isSquashed };
    return { ...(await packInitrd(made, request.compression, run)), modules, absent: [...absent] };
  }
}

/** Names of all modules of the tree's dracut. */
async function listModules(dracut: RunnableDracut, run: Run): Promise<Set<string>> {
  const names = new Set<string>();
  await dracut.call(['--list-modules', '--no-kernel'], run, (line) => names.add(line.trim()));
  return names;
}

interface DracutOutcome {
  /** Modules that dracut knows but cannot install; then there is no file. */
  readonly rejected: readonly string[];
  /** Whether dracut put most files into a squashfs inside the initrd. */
  readonly isSquashed: boolean;
}

/** Makes the file. */
async function runDracut(
  dracut: RunnableDracut,
  request: InitrdRequest,
  modules: readonly string[],
  run: Run,
): Promise<DracutOutcome> {
  const rejected: string[] = [];
  let included = 0;
  let isSquashed = false;
  const args = [
    ...dracutOptions(request.recipe, modules, request.compression),
    ...dracut.options,
    ...[`${dracut.inside}/${FILE}`, request.kernelVersion],
  ];
  const onLine = (line: string) => {
    request.log(line);
    const module = /dracut module '([^']+)' cannot be found or installed/i.exec(line)?.[1];
    if (module && modules.includes(module)) rejected.push(module);
    // `squash` makes the squashfs; newer versions choose its type by another module, such as squash-erofs.
    if (/Including module: squash\b/.test(line)) isSquashed = true;
    if (line.includes('Including module')) run.report({ step: 'dracut', done: ++included, unit: 'steps' });
  };
  try {
    await dracut.call(args, run, onLine, renderConfiguration(request.recipe, modules));
  } catch (error) {
    if (!(error instanceof ToolError) || rejected.length === 0) throw error;
  }
  return { rejected, isSquashed };
}

async function initrdFile(dracut: RunnableDracut): Promise<ExactContent> {
  const path = join(dracut.outside, FILE);
  const found = await stat(path).catch(() => undefined);
  if (found) return fileContent(fromText(path), found.size);
  throw new ToolError('live.no-initrd', 'dracut ended without an error, but made no initrd.', {
    hint: wording`Use ${option('log')} to see its output, or give a ready initrd with ${option('initrd.file', 'FILE')}.`,
  });
}

function moduleMissing({ essential, package: name }: DracutRecipe): ToolError {
  const other = essential === 'kiwi-live' ? 'dmsquash' : 'overlay';
  return new ToolError('live.no-dracut-module', `The root tree's dracut has no usable module "${essential}".`, {
    hint: `Install ${name} into the root tree, or choose flags="${other}".`,
  });
}
