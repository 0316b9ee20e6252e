// RPM packages.

export { capabilitiesOf, sameCapabilities } from './capabilities.js';
export { type RpmFile, withStatedOwners } from './files.js';
export { type RpmHeader, readRpmHeader } from './header.js';
export { isRpm, type OpenedRpm, openRpm } from './rpm.js';
