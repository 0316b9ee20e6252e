// KIWI's check of its own dracut modules in a root tree: an old one does not understand what a newer KIWI puts on a medium.

import { InvalidInputError } from '../../errors.js';
import type { FileTree } from '../../tree/index.js';
import type { GenerationRules } from '../description/index.js';
import { dracutModulePaths } from '../initrd/dracut-modules.js';
import type { InstalledPackage } from '../packages/index.js';

/** Name of the check, in KIWI's spelling. */
export const MODULE_VERSIONS = 'check_dracut_module_versions_compatible_to_kiwi';

/** Packages by their dracut modules, as SUSE and Fedora name them. */
const PACKAGES: Readonly<Record<string, string>> = {
  'kiwi-live': 'dracut-kiwi-live',
  'kiwi-lib': 'dracut-kiwi-lib',
  'kiwi-overlay': 'dracut-kiwi-overlay',
  'kiwi-repart': 'dracut-kiwi-oem-repart',
  'kiwi-dump': 'dracut-kiwi-oem-dump',
  'kiwi-dump-reboot': 'dracut-kiwi-oem-dump',
};

/** Reads the packages of the root tree. */
type ReadPackages = () => Promise<readonly InstalledPackage[]>;

/**
 * Throws {@link InvalidInputError} `live.dracut-module-version` for packages that are too old. KIWI looks for directories with the
 * numbers that its modules have today, which no old one has; here modules are found by name. Modules of unknown packages pass.
 */
export async function checkModuleVersions(
  root: FileTree,
  { oldestModules: oldest }: GenerationRules,
  readPackages: ReadPackages,
): Promise<void> {
  if (oldest === undefined) return;
  const modules = Object.keys(PACKAGES).filter((name) => dracutModulePaths(root, name).length > 0);
  if (modules.length === 0) return;
  const names = new Set(modules.flatMap((name) => namesOf(PACKAGES[name]!)));
  const old = (await readPackages()).filter(({ name, version }) => names.has(name) && precedes(version, oldest));
  if (old.length === 0) return;
  const shown = old.map(({ name, version }) => `${name} ${version}`).join(', ');
  const message = `The root tree has dracut modules of KIWI that are too old: ${shown}. At least ${oldest.join('.')} is needed.`;
  throw new InvalidInputError('live.dracut-module-version', message, {
    hint: `Update the packages in the root tree, or switch the check off in the runtime configuration: runtime_checks: - disable: [${MODULE_VERSIONS}].`,
  });
}

/** The name by SUSE and Fedora, and by Debian. */
function namesOf(name: string): readonly string[] {
  return [name, name.replace(/^dracut-kiwi/, 'kiwi-dracut')];
}

/** Compares the numbers of a version without epoch and release: `1:9.24.56-1` is 9, 24, 56. */
function precedes(version: string, oldest: readonly number[]): boolean {
  const [, numbers = ''] = /^(?:\d+:)?(\d+(?:\.\d+)*)/.exec(version) ?? [];
  if (numbers === '') return false;
  const parts = numbers.split('.').map(Number);
  for (const [i, needed] of oldest.entries()) {
    const part = parts[i] ?? 0;
    if (part !== needed) return part < needed;
  }
  return false;
}
