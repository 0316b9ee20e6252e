// The dracut modules of a live initrd and the options of dracut, by the type's flags and the generation.

import { type Run, smallBytes } from '../../io/index.js';
import { type FileTree, follow } from '../../tree/index.js';
import type { GenerationRules } from '../description/index.js';
import type { InitrdCompression } from './choose-compression.js';
import { dracutModulePaths } from './dracut-modules.js';

/** A request to dracut. */
export interface DracutRecipe {
  /** The module that every live medium needs. */
  readonly essential: string;
  /** Requested modules; the essential one is the first. */
  readonly add: readonly string[];
  /** Modules to leave out in any case. */
  readonly omit: readonly string[];
  /** Whether the initrd is always compressed by xz, instead of by dracut's configuration. */
  readonly xz: boolean;
  /** Lines of its configuration, in addition to those about modules. */
  readonly settings: readonly string[];
  /** Names of the package with the essential module, on Debian and elsewhere. */
  readonly package: string;
}

export type LiveFlags = 'overlay' | 'dmsquash';

const liveModules: Readonly<Record<LiveFlags, Pick<DracutRecipe, 'essential' | 'package'>>> = {
  overlay: { essential: 'kiwi-live', package: 'dracut-kiwi-live (kiwi-dracut-live on Debian)' },
  dmsquash: { essential: 'dmsquash-live', package: 'dracut-live' },
};

export function dracutRecipe(flags: LiveFlags, rules: GenerationRules): DracutRecipe {
  const module = liveModules[flags];
  const add = [module.essential, ...rules.extraModules[flags]];
  return { ...module, add, omit: rules.omittedModules, xz: rules.xzInitrd, settings: rules.dracutSettings };
}

/** Name of the configuration in /etc/dracut.conf.d, from which modules and scripts of an image may recognise a live build. */
export const CONFIGURATION = '02-livecd.conf';

/** Its content, for a recipe and those of its modules that exist. */
export function renderConfiguration({ omit, settings }: DracutRecipe, modules: readonly string[]): string {
  const lines = [
    `add_dracutmodules+=" ${modules.join(' ')} "`,
    ...(omit.length > 0 ? [`omit_dracutmodules+=" ${omit.join(' ')} "`] : []),
    ...settings,
  ];
  return `${lines.join('\n')}\n`;
}

/** dracut's option that leaves an initrd uncompressed. */
export const [NO_COMPRESS] = ['--no-compress'] as const;

/**
 * Options of dracut for a recipe and those of its modules that exist, without the path of the result. They repeat
 * the configuration, which a dracut that runs outside the tree does not read.
 */
export function dracutOptions(
  { omit }: DracutRecipe,
  modules: readonly string[],
  compression: InitrdCompression,
): string[] {
  const compressing = compression.by === 'dracut' ? compression.option : NO_COMPRESS;
  return [
    ...['--force', '--verbose', '--reproducible', '--no-hostonly', '--no-hostonly-cmdline'],
    ...(compressing === undefined ? [] : [compressing]),
    ...['--add', ` ${modules.join(' ')} `],
    ...(omit.length > 0 ? ['--omit', ` ${omit.join(' ')} `] : []),
  ];
}

/** dracut is a script of about 100 kB. */
const PROGRAMS = ['usr/bin/dracut', 'usr/sbin/dracut', 'bin/dracut', 'sbin/dracut'];

/** Whether the tree's dracut can leave an initrd uncompressed. False if the option is not found in it. */
export async function hasNoCompress(root: FileTree, run: Run): Promise<boolean> {
  const program = PROGRAMS.map((path) => follow(root, path)).find((node) => node?.kind === 'file');
  if (program?.kind !== 'file') return false;
  const bytes = await smallBytes(program.content, run, LARGEST_SCRIPT);
  return bytes !== undefined && Buffer.from(bytes).includes(`${NO_COMPRESS})`);
}

/** No module that is known to be old is larger. */
const LARGEST_SCRIPT = 1024 * 1024;

/** Scripts of the essential modules that mount the root image. */
const MOUNTING: Readonly<Record<LiveFlags, string>> = {
  overlay: 'kiwi-live-lib.sh',
  dmsquash: 'dmsquash-live-root.sh',
};

async function mountingScript(root: FileTree, flags: LiveFlags, run: Run): Promise<Buffer | undefined> {
  const [module = ''] = dracutModulePaths(root, liveModules[flags].essential);
  const script = follow(root, `${module}/${MOUNTING[flags]}`);
  if (script?.kind !== 'file') return undefined;
  const bytes = await smallBytes(script.content, run, LARGEST_SCRIPT);
  return bytes && Buffer.from(bytes);
}

/**
 * Whether the tree's module mounts an EROFS: kiwi-live from KIWI 10.1 on and dracut from 103 on do not say which file system they
 * expect. A module that cannot be read is taken to be new.
 */
export async function mountsErofs(root: FileTree, flags: LiveFlags, run: Run): Promise<boolean> {
  const script = await mountingScript(root, flags, run);
  return !script?.includes('-t squashfs') && (await bootsSquashedRoot(root, flags, run));
}

/**
 * Whether the tree's module boots a squashfs that is the root itself. kiwi-live does from KIWI 10.0.1 on: without an
 * image in the squashfs it looks for a directory `proc`. A module that cannot be read is taken to be new.
 */
export async function bootsSquashedRoot(root: FileTree, flags: LiveFlags, run: Run): Promise<boolean> {
  if (flags === 'dmsquash') return true;
  const script = await mountingScript(root, flags, run);
  return script === undefined || script.includes('/proc');
}
