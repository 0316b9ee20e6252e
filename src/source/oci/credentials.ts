// Users and passwords for registries as login commands store them: containers-auth.json(5), and config.json of Docker.

import { withoutEnd } from '../../bytes/index.js';

/** A user of a registry: with a password, or with a token that the server of tokens exchanges for others. */
export type RegistryCredentials =
  | { readonly username: string; readonly password: string }
  | { readonly identityToken: string };

/** A repository in a registry. */
export interface RepositoryName {
  /** With a port if it has one. */
  readonly host: string;
  readonly repository: string;
}

/** The entry of a file for a repository: credentials, or the name of a program that has them, and its name for the server. */
export type StoredCredentials =
  | { readonly kind: 'known'; readonly credentials: RegistryCredentials }
  | { readonly kind: 'helper'; readonly name: string; readonly server: string };

/** Docker's name for its own registry. */
const DOCKER = 'index.docker.io';
const DOCKER_ADDRESS = `https://${DOCKER}/v1/`;
/** The user name with which a program says that the secret is an identity token. */
const TOKEN_USER = '<token>';

/**
 * The entry of a file for a repository: the one with the longest path counts. Undefined if there is none, or if the text has
 * another form. Never part of a message: the text is a secret.
 */
export function storedCredentials(text: string, { host, repository }: RepositoryName): StoredCredentials | undefined {
  const { auths, credHelpers, credsStore } = objectOf(parsed(text));
  const names = namesOf(host, repository);
  const entries = new Map(Object.entries(objectOf(auths)).map(([name, entry]) => [plainName(name), objectOf(entry)]));
  for (const name of names) {
    const credentials = credentialsOf(entries.get(name) ?? {});
    if (credentials) return { kind: 'known', credentials };
  }
  const program = objectOf(credHelpers)[host] ?? credsStore;
  if (typeof program !== 'string' || program === '') return undefined;
  return { kind: 'helper', name: program, server: host === 'docker.io' ? DOCKER_ADDRESS : host };
}

/** The answer of a program that keeps credentials (https://github.com/docker/docker-credential-helpers); undefined for any other text. */
export function credentialsOfHelper(text: string): RegistryCredentials | undefined {
  const { Username: username, Secret: secret } = objectOf(parsed(text));
  if (typeof username !== 'string' || typeof secret !== 'string' || secret === '') return undefined;
  return username === TOKEN_USER ? { identityToken: secret } : { username, password: secret };
}

/** An identity token counts more than a password, as for Docker. */
function credentialsOf({ auth, identitytoken: token }: Readonly<Record<string, unknown>>) {
  if (typeof token === 'string' && token !== '') return { identityToken: token };
  return typeof auth === 'string' ? decoded(auth) : undefined;
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
