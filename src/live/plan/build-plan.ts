// All decisions of a build, taken from the description, the root tree and the options before anything is made.

import { dirname } from 'node:path';
import type { Timestamp } from '../../bytes/index.js';
import type { FileTree } from '../../tree/index.js';
import { findCdroot } from '../boot/cdroot.js';
import { chooseMenu } from '../boot/choose-menu.js';
import { findEditScript } from '../boot/edit-script.js';
import { chooseLayout, type MediumLayout } from '../boot/medium-layout.js';
import type { MenuModel } from '../boot/menu.js';
import { overlayOption } from '../boot/overlay-option.js';
import type { BuildEvents, BuildRequest, MediumOptions } from '../build/options.js';
import type { RootTree } from '../build/root-tree.js';
import type { LiveDescription } from '../description/index.js';
import { dracutModulePaths } from '../initrd/dracut-modules.js';
import { decideRootImage, type RootImagePlan } from '../root-image/root-image-plan.js';
import { findPolicy, type SelinuxPolicy } from '../selinux/index.js';
import { machineOf } from './architecture.js';
import { disabledChecksOf, type EarlyPlan, planFor } from './early-plan.js';
import { type ExcludeLists, readExcludeLists } from './exclude-files.js';
import { findKernel, givenKernel, type Kernel } from './kernel.js';
import { checkAgainstTree } from './runtime-checks.js';

/** One build, fully decided. Plain data except for the tree and the compressor. */
export interface BuildPlan extends Omit<EarlyPlan, 'rootImage'> {
  readonly root: FileTree;
  /** As {@link RootTree.without}. */
  readonly rootWithout: RootTree['without'];
  /** Absolute; undefined: the root tree is not a directory. */
  readonly rootDirectory: string | undefined;
  readonly layout: MediumLayout;
  readonly udf: NonNullable<MediumOptions['udf']>;
  readonly kernel: Kernel;
  readonly rootImage: RootImagePlan;
  readonly menu: MenuModel;
  /** Archive to unpack onto the medium. */
  readonly cdroot: string | undefined;
  /** Script that may change the boot files. */
  readonly editScript: string | undefined;
  /** Excludes of the root image and the ESP, from files of the description. */
  readonly excluded: ExcludeLists;
  /** The SELinux policy that labels the root image; undefined: the tree has none. */
  readonly selinux: SelinuxPolicy | undefined;
  readonly epoch: Timestamp;
  readonly seed: string;
}

/** Decides everything. The root tree has its final owners and times; `known` are the decisions made without it. */
export async function decide(
  request: BuildRequest,
  found: RootTree,
  known: EarlyPlan | undefined,
  events: BuildEvents,
): Promise<BuildPlan> {
  const { input, medium } = request;
  const { tree: root, epoch } = found;
  const early = known ?? (await planFor(input.architecture ?? (await machineOf(root)), request, events));
  const { description, architecture, firmware } = early;
  checkAtRuntime(request, root, description);
  const layout = chooseLayout(description, architecture, firmware, { ...medium, root, note: events.note });
  const { followsKernelLinks: followsLinks, bootsNewestKernel: newestFirst } = description.generation;
  const kernel =
    input.kernel === undefined
      ? findKernel(root, { followsLinks, newestFirst })
      : await givenKernel(input.kernel, root);
  const rootDirectory = found.directory;
  return {
    ...early,
    root,
    rootWithout: found.without,
    rootDirectory,
    layout,
    udf: medium?.udf ?? 'auto',
    kernel,
    rootImage: await decideRootImage(early.rootImage, description, root, kernel.version),
    menu: chooseMenu(description, {
      ...{ root, architecture, layout, epoch: epoch.seconds, note: events.note },
      overlayOption: await overlayOption(root),
    }),
    excluded: await readExcludeLists(dirname(description.path), root),
    selinux: await findPolicy(root, description.type.selinux_policy),
    cdroot: await findCdroot(description.path, root, rootDirectory),
    editScript: await findEditScript(description, root, rootDirectory),
    epoch,
    seed: found.seed,
  };
}

/** KIWI's checks of a description against its tree. */
function checkAtRuntime(request: BuildRequest, root: FileTree, description: LiveDescription): void {
  const subject = {
    description,
    initrdGiven: request.initrd?.file !== undefined,
    isDebian: root.get('var/lib/dpkg') !== undefined,
    hasDracutModule: (name: string) => dracutModulePaths(root, name).length > 0,
  };
  checkAgainstTree(subject, disabledChecksOf(request));
}
