// Container images as trees.

export {
  credentialsOfHelper,
  type RegistryCredentials,
  type RepositoryName,
  storedCredentials,
} from './credentials.js';
export type { RunSettings } from './documents.js';
export type { ContainerFacts, ContainerLayer } from './facts.js';
export { type Platform, parsePlatform } from './platform.js';
export type { ContainerReference, Transport } from './reference.js';
export { type ContainerOptions, containerFacts, containerReference, scanContainer } from './scan.js';
