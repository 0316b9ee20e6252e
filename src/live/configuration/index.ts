// The runtime configuration: what a machine or a user wants of every build.

export { type ConfigurationPlaces, loadConfiguration } from './load.js';
export type { RuntimeConfiguration } from './model.js';
