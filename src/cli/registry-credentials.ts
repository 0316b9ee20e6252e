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

/** The stored user for a repository; undefined if there is none. A note says if a program that would know it cannot be run. */
export async function registryCredentials(
  place: RepositoryName,
  note: (text: string) => void,
): Promise<RegistryCredentials | undefined> {
  for (const path of places(process)) {
    const text = await readFile(path, 'utf8').catch(() => undefined);
    const found = text === undefined ? undefined : storedCredentials(text, place);
    if (found?.kind === 'known') return found.credentials;
    const asked = found && (await fromHelper(found, path, note));
    if (asked) return asked;
  }
  return undefined;
}

async function fromHelper(
  { name, server }: { readonly name: string; readonly server: string },
  path: string,
  note: (text: string) => void,
): Promise<RegistryCredentials | undefined> {
  const { askHelper, helperProgram } = await import('./credential-helper.js');
  const program = helperProgram(name);
  if (program === undefined) {
    note(`${path} leaves the password for ${server} to a program with an impossible name.`);
    return undefined;
  }
  return askHelper(program, server).catch((error: NodeJS.ErrnoException) => {
    const why = error.code === 'ENOENT' ? 'which is not installed' : `which cannot be run: ${error.message}`;
    note(`${path} leaves the password for ${server} to the program ${program}, ${why}.`);
    return undefined;
  });
}

/** Where containers-certs.d(5) and Docker have certificates of registries. */
export function certificateDirectories({ env }: NodeJS.Process): string[] {
  const home = env['HOME'];
  return [
    ...(home ? [join(home, '.config/containers/certs.d')] : []),
    '/etc/containers/certs.d',
    '/etc/docker/certs.d',
  ];
}
