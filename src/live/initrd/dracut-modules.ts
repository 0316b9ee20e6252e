// The modules of a root tree's dracut. The numbers in the names of their directories are an order, and differ between releases.

import { type FileTree, glob } from '../../tree/index.js';

const MODULES = '/usr/lib/dracut/modules.d';
const NUMBER = /^\d*/;

interface DracutModule {
  readonly name: string;
  /** Of its directory. */
  readonly path: string;
}

function allModules(root: FileTree): DracutModule[] {
  return glob(root, `${MODULES}/*`)
    .filter(({ node }) => node.kind === 'directory')
    .map(({ path }) => ({ path, name: path.slice(path.lastIndexOf('/') + 1).replace(NUMBER, '') }));
}

/** Names of all modules, as --list-modules has them; undefined if they are elsewhere. */
export function dracutModuleNames(root: FileTree): ReadonlySet<string> | undefined {
  const found = allModules(root);
  return found.length === 0 ? undefined : new Set(found.map(({ name }) => name));
}

/** Paths of the directories of a module: several releases of it may be there. */
export function dracutModulePaths(root: FileTree, name: string): string[] {
  return allModules(root).flatMap((module) => (module.name === name ? [module.path] : []));
}
