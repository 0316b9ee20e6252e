// All decisions of a build, taken from the description, the root tree and the options before anything is made.

import { stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import type { Timestamp } from '../../bytes/index.js';
import type { Compression } from '../../compress/index.js';
import { option, TargetError, wording } from '../../errors.js';
import { tagSeal } from '../../format/checkmedia/index.js';
import type { Seal } from '../../io/index.js';
import { type FileTree, glob } from '../../tree/index.js';
import { findCdroot } from '../boot/cdroot.js';
import { chooseMenu } from '../boot/choose-menu.js';
import { findEditScript } from '../boot/edit-script.js';
import { chooseLayout, type MediumLayout } from '../boot/medium-layout.js';
import type { MenuModel } from '../boot/menu.js';
import type { BuildOptions } from '../build/options.js';
import type { RootTree } from '../build/root-tree.js';
import { type DescriptionRequest, type LiveDescription, loadDescription, placeOf } from '../description/index.js';
import { pathComponent } from '../files/path-component.js';
import { resultNames } from '../result/names.js';
import { chooseRootCompression, readSquashfsOptions, rootBlockSize } from '../root-image/root-compression.js';
import { decideRootFileSystem, type RootFileSystem } from '../root-image/root-file-system.js';
import type { SquashfsRootOptions } from '../root-image/squashfs-options.js';
import { findPolicy, type SelinuxPolicy } from '../selinux/index.js';
import {
  type Architecture,
  architectureOf,
  chooseFirmware,
  type Firmware,
  machineName,
  machineOf,
} from './architecture.js';
import { type ExcludeLists, readExcludeLists } from './exclude-files.js';
import { findKernel, givenKernel, type Kernel } from './kernel.js';
import { runChecks } from './runtime-checks.js';

/** One build, fully decided. Plain data but for the tree and the compressor. */
export interface BuildPlan {
  readonly description: LiveDescription;
  readonly root: FileTree;
  /** As {@link RootTree.without}. */
  readonly rootWithout: RootTree['without'];
  /** Absolute; undefined: the root tree is no directory. */
  readonly rootDirectory: string | undefined;
  readonly architecture: Architecture;
  readonly firmware: Firmware;
  readonly layout: MediumLayout;
  readonly udf: NonNullable<BuildOptions['udf']>;
  readonly kernel: Kernel;
  /** The ext4 in the root image; undefined when the squashfs is the root itself. */
  readonly rootFileSystem: RootFileSystem | undefined;
  readonly menu: MenuModel;
  /** File that replaces the built-in menu of GRUB. */
  readonly grubTemplate: string | undefined;
  /** Archive that is unpacked onto the medium. */
  readonly cdroot: string | undefined;
  /** Script that may change the boot files. */
  readonly editScript: string | undefined;
  /** Undefined: no media check. */
  readonly seal: Seal | undefined;
  /** What the description's files keep out of the root image and the ESP. */
  readonly excluded: ExcludeLists;
  /** By which the root image is labelled; undefined: the tree has none. */
  readonly selinux: SelinuxPolicy | undefined;
  readonly compression: Compression;
  /** Bytes. */
  readonly blockSize: number;
  /** Choices for a root image that is a squashfs itself; undefined: it is not. */
  readonly squashfs: SquashfsRootOptions['image'] | undefined;
  readonly epoch: Timestamp;
  readonly seed: string;
  /** Common part of all results' names: `NAME.ARCH-VERSION`. */
  readonly baseName: string;
  /** Absolute. */
  readonly targetDirectory: string;
}

/** Decides everything. The root tree has its final owners and times already. */
export async function decide(options: BuildOptions, found: RootTree): Promise<BuildPlan> {
  const { tree: root, epoch } = found;
  const ownName = options.architecture ?? (await machineOf(root));
  const machine = machineName(ownName);
  const description = await describe(options, root, machine);
  const architecture = architectureOf(machine);
  const { type } = description;
  const firmware = chooseFirmware(architecture, type.firmware, placeOf(description, 'firmware'));
  const layout = chooseLayout(description, architecture, firmware, { ...options, root });
  const targetDirectory = resolve(options.targetDirectory);
  const { keepsMachineName, followsKernelLinks: followsLinks } = description.generation;
  const kernel =
    options.kernel === undefined ? findKernel(root, { followsLinks }) : await givenKernel(options.kernel, root);
  const asked = { text: type.fscreateoptions ?? '', place: placeOf(description, 'fscreateoptions') };
  const rootFileSystem =
    type.filesystem === 'ext4' ? await decideRootFileSystem(root, kernel.version, asked) : undefined;
  const squashfs = type.filesystem === 'squashfs' ? readSquashfsOptions(description) : undefined;
  const version = description.version === '' ? '' : `-${description.version}`;
  const baseName = `${description.name}.${keepsMachineName ? ownName : machine}${version}`;
  for (const name of resultNames(baseName))
    pathComponent(name, { ...description.imagePlace, what: 'The name of a result' });
  await checkTarget(targetDirectory, resultNames(baseName), options.force ?? false);
  const rootDirectory = typeof options.root === 'string' ? resolve(options.root) : undefined;
  return {
    description,
    root,
    rootWithout: found.without,
    rootDirectory,
    architecture,
    firmware,
    layout,
    udf: options.udf ?? 'auto',
    kernel,
    rootFileSystem,
    menu: chooseMenu(description, { root, architecture, layout, epoch: epoch.seconds, note: options.note }),
    excluded: await readExcludeLists(dirname(description.path), root),
    selinux: await findPolicy(root, type.selinux_policy),
    grubTemplate: templatePath(description),
    cdroot: await findCdroot(description.path, root, rootDirectory),
    editScript: await findEditScript(description, root, rootDirectory),
    seal: chooseSeal(options, description),
    compression: chooseRootCompression(options, description, machine, squashfs),
    blockSize: rootBlockSize(options, squashfs),
    squashfs: squashfs?.image,
    epoch,
    seed: found.seed,
    baseName,
    targetDirectory,
  };
}

/** Reads and checks the description; tells what an upgrade of it has lost. */
async function describe(options: BuildOptions, root: FileTree, machine: string): Promise<LiveDescription> {
  const { profiles, typeAttributes, generation, configuration } = options;
  const disabledChecks = [...(options.disabledChecks ?? []), ...(configuration?.disabledChecks ?? [])];
  const optional = { profiles, typeAttributes, generation, disabledChecks };
  const given = Object.fromEntries(Object.entries(optional).filter(([, value]) => value !== undefined));
  const request = { architecture: machine, ...(given as Partial<DescriptionRequest>) };
  const description = await loadDescription(options.description, request, options.descriptionFile);
  if (configuration?.isoTools === 'cdrtools') {
    options.note?.(
      'iso: tool_category: cdrtools changes nothing: the ISO is written natively, as xorriso would lay it out.',
    );
  }
  for (const { text, place } of description.remarks) {
    options.note?.(`${place.path}:${place.line}:${place.column}: ${text}`);
  }
  runChecks(
    {
      description,
      architecture: machine,
      initrdGiven: options.initrd !== undefined,
      hasDracutModule: (name) => glob(root, `/usr/lib/dracut/modules.d/*${name}`).length > 0,
    },
    disabledChecks,
  );
  return description;
}

/** A template of the menu lies beside the description. */
function templatePath({ bootloader, path }: LiveDescription): string | undefined {
  const { grub_template } = bootloader;
  return grub_template === undefined || grub_template === '' ? undefined : resolve(dirname(path), grub_template);
}

/**
 * The style of the configuration's tool counts where a description asks for a check and no option names a style; without it
 * that of the program which the live module runs: checkmedia for kiwi-live, checkisomd5 for dmsquash-live.
 */
function chooseSeal(options: BuildOptions, { type }: LiveDescription): Seal | undefined {
  const checked = type.flags === 'dmsquash' && options.mediaDigest === undefined ? 'rh' : 'suse';
  const usual = type.mediacheck ? (options.configuration?.mediaTagStyle ?? checked) : 'none';
  const style = options.mediaCheck ?? usual;
  if (style === 'none') return undefined;
  const digests = options.mediaDigest === undefined ? {} : { digests: [options.mediaDigest] };
  return tagSeal(style === 'rh' ? { style, ...digests } : { style, ...digests, check: true, pad: 0 });
}

/** Refuses early what would fail after a long build. */
async function checkTarget(directory: string, names: readonly string[], force: boolean): Promise<void> {
  const found = await stat(directory).catch(() => undefined);
  if (!found?.isDirectory()) {
    throw new TargetError('target.enoent', `There is no directory ${directory}.`, {
      path: directory,
      hint: 'Create the target directory first.',
    });
  }
  for (const [i, name] of names.entries()) {
    const path = join(directory, name);
    const there = await stat(path).catch(() => undefined);
    if (there?.isDirectory()) {
      const message = `${path} is a directory, and a result is to have its name.`;
      throw new TargetError('target.directory', message, {
        path,
        hint: wording`Move it away, or choose another ${option('targetDirectory')}.`,
      });
    }
    // The files beside the ISO are replaced with it.
    if (there && i === 0 && !force) {
      throw new TargetError('target.exists', `${path} exists already.`, {
        path,
        hint: wording`Use ${option('force')} to replace it.`,
      });
    }
  }
}
