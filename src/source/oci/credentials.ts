// Users and passwords for registries as login commands store them: containers-auth.json(5), and config.json of Docker.

import { withoutEnd } from '../../bytes/index.js';
/** A user of a registry. */
export interface RegistryCredentials {
  readonly username: string;
  readonly password: string;
}

/** A repository in a registry. */
export interface RepositoryName {
  /** With a port if it has one. */
  readonly host: string;
  readonly repository: string;
}

/** The entry of a file for a repository: credentials, or the name of a program that would have them. */
export type StoredCredentials =
  | { readonly kind: 'known'; readonly credentials: RegistryCredentials }
  | { readonly kind: 'helper'; readonly name: string };

/** Docker's name for its own registry. */
const DOCKER = 'index.docker.io';

/**
 * The entry of a file for a repository: the one with the longest path counts. Undefined if there is none, or if the text has
 * another form. Never part of a message: the text is a secret.
 */
export function storedCredentials(text: string, { host, repository }: RepositoryName): StoredCredentials | undefined {
  const { auths, credHelpers, credsStore } = objectOf(parsed(text));
  const names = namesOf(host, repository);
  const entries = new Map(Object.entries(objectOf(auths)).map(([name, entry]) => [plainName(name), objectOf(entry)]));
  for (const name of names) {
    const { auth } = entries.get(name) ?? {};
    const credentials = typeof auth === 'string' ? decoded(auth) : undefined;
    if (credentials) return { kind: 'known', credentials };
  }
  const helper = objectOf(credHelpers)[host] ?? (names.some((name) => entries.has(name)) ? credsStore : undefined);
  return typeof helper === 'string' && helper !== '' ? { kind: 'helper', name: helper } : undefined;
}

/** `host/a/b`, `host/a`, `host`. */
function namesOf(host: string, repository: string): string[] {
  const parts = repository.split('/');
  const paths = parts.map((_, index) => [host, ...parts.slice(0, parts.length - index)].join('/'));
  return [...paths, host, ...(host === 'docker.io' ? [DOCKER] : [])];
}

/** Docker writes the address of its first interface: `https://index.docker.io/v1/`. */
function plainName(name: string): string {
  return name.replace(/^https?:\/\//, '').replace(/\/(?:v[12]\/?)?$/, '');
}

function decoded(auth: string): RegistryCredentials | undefined {
  const [, username, password] = /^([^:]+):(.*)$/s.exec(Buffer.from(auth, 'base64').toString('utf8')) ?? [];
  return username === undefined ? undefined : { username, password: withoutEnd(password!, '\0') };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function objectOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}
