// Boot images made by grub-mkimage: GRUB's kernel, the modules that find the medium, and the early configuration.

import { stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fromText } from '../../bytes/index.js';
import { InvalidInputError } from '../../errors.js';
import { collect, fileContent, type Run } from '../../io/index.js';
import { FileTree } from '../../tree/index.js';
import type { InsideRoot } from '../initrd/index.js';
import { runTool } from '../tools/run-tool.js';
import { type FoundDirectory, fileIn, findProgram } from './grub-data.js';
import { chooseModules } from './grub-modules.js';
import { writeDirectory } from './media-directory.js';

/** Where and how boot images are made. */
export interface BootImageContext {
  readonly root: FileTree;
  /** The directory that `root` was scanned from; undefined if it does not come from a directory. */
  readonly rootDirectory: string | undefined;
  /** How to run the grub-mkimage of the root tree; without it that of this machine is used. */
  readonly inside: InsideRoot | undefined;
  /** A scratch directory, for use without an exchange directory. */
  readonly workDirectory: string;
  readonly epoch: number;
  note(text: string): void;
}

export interface ImageRequest {
  /** `i386-pc`, `x86_64-efi`. */
  readonly platform: string;
  readonly directory: FoundDirectory;
  /** The first commands of the image. */
  readonly earlyConfig: string;
  /** GRUB's directory on the medium, `/boot/grub`. */
  readonly prefix: string;
  /** Modules in addition to the usual ones. */
  readonly extraModules: readonly string[];
}

const MKIMAGE = ['grub2-mkimage', 'grub-mkimage'];

/** The bytes of a boot image. */
export async function makeBootImage(context: BootImageContext, request: ImageRequest, run: Run): Promise<Uint8Array> {
  const { platform, directory } = request;
  const choice = chooseModules(
    platform,
    request.extraModules,
    (module) => fileIn(directory.node, `${module}.mod`) !== undefined,
  );
  if (choice.missing.length > 0) {
    const message = `GRUB's directory /${directory.path} lacks the modules ${choice.missing.join(', ')}.`;
    throw new InvalidInputError('live.no-grub-modules', message, { path: `/${directory.path}` });
  }
  if (choice.absent.length > 0) context.note(`GRUB for ${platform} has no modules ${choice.absent.join(', ')}.`);
  const { inside, workDirectory } = context;
  const program = inside && findProgram(context.root, ...MKIMAGE);
  const outside = inside?.outside ?? workDirectory;
  await writeFile(join(outside, `${platform}.cfg`), request.earlyConfig);
  const args = (exchange: string, modules: string) => [
    ...['-O', platform, '-o', `${exchange}/${platform}.img`, '-c', `${exchange}/${platform}.cfg`],
    ...['-p', request.prefix, '-d', modules, ...choice.modules],
  ];
  if (inside && program) await inside.run(program, args(inside.inside, `/${directory.path}`), run);
  else await runHostTool(args(outside, await modulesFor(context, directory, platform, run)), context.epoch, run);
  const path = join(outside, `${platform}.img`);
  return collect(fileContent(fromText(path), (await stat(path)).size), run);
}

/** Where a tool of this machine finds the modules: in the directory of the tree, otherwise in a copy. */
async function modulesFor(
  { rootDirectory, workDirectory }: BootImageContext,
  { path, node }: FoundDirectory,
  platform: string,
  run: Run,
): Promise<string> {
  if (rootDirectory !== undefined) return join(rootDirectory, path);
  const copy = join(workDirectory, `modules-${platform}`);
  await writeDirectory(new FileTree(node), copy, run);
  return copy;
}

async function runHostTool(args: readonly string[], epoch: number, run: Run): Promise<void> {
  await runTool(
    {
      program: 'grub-mkimage',
      args,
      epoch,
      hint: 'Install GRUB into the root tree, or here (grub-common on Debian).',
    },
    run,
  );
}
