// Where login commands store users and passwords of registries.

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type RegistryCredentials, type RepositoryName, storedCredentials } from '../source/index.js';

/** In the order in which podman and skopeo look: their files, then that of Docker. */
function places({ env }: NodeJS.Process): string[] {
  const given = env['REGISTRY_AUTH_FILE'];
  if (given) return [given];
  const home = env['HOME'];
  const below = (directory: string | undefined, ...names: string[]) => (directory ? [join(directory, ...names)] : []);
  return [
    ...below(env['XDG_RUNTIME_DIR'], 'containers/auth.json'),
    ...below(env['XDG_CONFIG_HOME'] || (home && join(home, '.config')), 'containers/auth.json'),
    ...below(env['DOCKER_CONFIG'] || (home && join(home, '.docker')), 'config.json'),
  ];
}

/** The stored user for a repository; undefined if there is none. A note says if only another program knows it. */
export async function registryCredentials(
  place: RepositoryName,
  note: (text: string) => void,
): Promise<RegistryCredentials | undefined> {
  for (const path of places(process)) {
    const text = await readFile(path, 'utf8').catch(() => undefined);
    const found = text === undefined ? undefined : storedCredentials(text, place);
    if (found?.kind === 'known') return found.credentials;
    if (found)
      note(
        `${path} leaves the password for ${place.host} to the program docker-credential-${found.name}, which is not run.`,
      );
  }
  return undefined;
}
