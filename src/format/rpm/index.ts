// RPM packages.

export { isRpm, rpmPayload } from './rpm.js';
