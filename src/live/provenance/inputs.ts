// The inputs of a build with their digests.

import { basename, relative } from 'node:path';
import type { Run } from '../../io/index.js';
import type { BuildRequest } from '../build/options.js';
import { sha256Of, sha256OfFile } from '../files/sha256.js';
import type { BuildPlan } from '../plan/build-plan.js';
import type { NamedFile } from './options.js';
import type { Resource } from './statement.js';

/**
 * The inputs in a fixed order: the root tree by its key, everything else by SHA-256. Names do not depend on where the files are.
 * `rootTree` is the key of the tree in the root image.
 */
export async function inputsOf(
  { plan, request }: { readonly plan: BuildPlan; readonly request: BuildRequest },
  rootTree: string,
  run: Run,
): Promise<readonly Resource[]> {
  const kernel = await sha256Of(plan.kernel.file.content, run);
  const inputs: Resource[] = [
    { name: 'root tree', digest: { isopressTreeV1: rootTree } },
    { name: 'kernel', digest: { sha256: kernel } },
    ...containersOf(request),
  ];
  for (const { name, path } of filesOf(plan, request)) {
    inputs.push({ name, digest: { sha256: await sha256OfFile(path, run) } });
  }
  return inputs;
}

/** In the order of the sources. They are part of the root tree, which may have others too. */
function containersOf({ input }: BuildRequest): readonly Resource[] {
  return (input.containers?.() ?? []).map(({ digest, labels }) => {
    const [, algorithm = '', hex = ''] = /^([^:]*):(.*)$/.exec(digest) ?? [];
    const annotations = Object.keys(labels).length > 0 ? { annotations: { labels } } : {};
    return { name: 'container image', digest: { [algorithm]: hex }, ...annotations };
  });
}

function filesOf(
  { description, grubTemplate, cdroot, editScript }: BuildPlan,
  { initrd, description: { directory }, provenance }: BuildRequest,
): readonly NamedFile[] {
  const named = (name: string, path: string | undefined) => (path === undefined ? [] : [{ name, path }]);
  return [
    ...named('description', description.path),
    ...description.includedFiles.map((path) => ({ name: `included ${relative(directory, path)}`, path })),
    ...named('menu template', grubTemplate),
    ...named('files for the medium', cdroot),
    ...named('script', editScript),
    ...named('initrd', initrd?.file),
    ...(provenance?.files ?? []).map(({ name, path }) => ({ name: `${name} ${basename(path)}`, path })),
  ];
}
