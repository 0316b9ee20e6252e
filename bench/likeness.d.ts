/** Share of an ISO that zsync transfers from a web server if the one before is there, from 0 to 1. `work` is made and removed. */
export function zsyncShare(was: string, is: string, work: string): number;
/** Share of the blocks of a nested ext4 that are not zeros and are in the one before, from 0 to 1. `work` is made and removed. */
export function sharedBlocks(was: string, is: string, work: string): number;
