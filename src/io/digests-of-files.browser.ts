// Digests of many files in a browser, which has no threads that read files.

import type * as host from './digests-of-files.js';

export const isTakenByThreads: typeof host.isTakenByThreads = () => false;

export const isFileDigest = ((_name) => false) as typeof host.isFileDigest;

/** One group without digests. */
export const digestsOfFiles: typeof host.digestsOfFiles = async function* (_name, contents) {
  yield { start: 0, digests: new Array<undefined>(contents.length).fill(undefined) };
};
