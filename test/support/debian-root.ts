// The Debian root tree for tests, made before the suites start (`npm test`), so that no two of them make it.
export { presentDebianRoot, testCache } from '../../scripts/debian-root.js';
