// Whether the live system of a plan can fetch its root image.

import { InvalidInputError, option, wording } from '../../errors.js';
import type { BuildRequest } from '../build/options.js';
import { placeOf } from '../description/index.js';
import { dracutModulePaths } from '../initrd/dracut-modules.js';
import type { BuildPlan } from '../plan/build-plan.js';
import { netbootScript } from './script.js';

const MODULE = 'livenet';

/**
 * Throws {@link InvalidInputError} `live.netboot-module` if the initrd will not have the module that fetches root images. That of a given initrd
 * is not known.
 */
export function checkNetboot(plan: BuildPlan, { initrd, netboot }: BuildRequest): void {
  if (!netboot) return;
  netbootScript(plan, netboot.url);
  const { description, root } = plan;
  if (description.type.flags !== 'dmsquash') {
    const message = 'The live module of this medium fetches whole ISOs, not root images.';
    throw new InvalidInputError('live.netboot-module', message, {
      ...placeOf(description, 'flags'),
      hint: 'Set flags="dmsquash" for a netboot set.',
    });
  }
  if (initrd?.file !== undefined) return;
  const { name, extraModules } = description.generation;
  if (!extraModules.dmsquash.includes(MODULE)) {
    const message = `An initrd of ${name} has no module ${MODULE}.`;
    throw new InvalidInputError('live.netboot-module', message, {
      hint: wording`Choose a later ${option('generation')}, or give an initrd with ${option('initrd.file', 'FILE')}.`,
    });
  }
  if (dracutModulePaths(root, MODULE).length > 0) return;
  throw new InvalidInputError('live.netboot-module', `The dracut of the root tree has no module ${MODULE}.`, {
    hint: wording`Install dracut-network (or the package with that module) and curl in the root tree, or leave out ${option('netboot')}.`,
  });
}
