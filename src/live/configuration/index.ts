// The runtime configuration: settings of a machine or a user for every build.

export { type ConfigurationPlaces, loadConfiguration } from './load.js';
export type { RuntimeConfiguration } from './model.js';
