// The state file of `fakeroot -s FILE`: modes, owners and devices by device and inode of each file.

import { deviceNumbers } from '../bytes/index.js';
import { InvalidInputError } from '../errors.js';
import type { EntryFacts } from './entries.js';

/** Replaces facts by those that a program under fakeroot sees. */
export type FactsOverride = (facts: EntryFacts) => EntryFacts;

const LINE =
  /^dev=([0-9a-f]{1,16}),ino=(\d{1,20}),mode=([0-7]{1,11}),uid=(\d{1,10}),gid=(\d{1,10}),nlink=\d+,rdev=(\d{1,20})$/;

type Stated = Pick<EntryFacts, 'mode' | 'uid' | 'gid' | 'major' | 'minor'>;

/**
 * Reads a state file. Files that it does not list belong to root, as under fakeroot. Throws {@link InvalidInputError} `source.fakeroot-state`
 * for any other text.
 */
export function readFakerootState(text: string, path: string): FactsOverride {
  const stated = new Map<string, Stated>();
  for (const [index, line] of text.split('\n').entries()) {
    if (line === '') continue;
    const match = LINE.exec(line);
    if (!match) {
      throw new InvalidInputError('source.fakeroot-state', `${path} is not a state of fakeroot.`, {
        path,
        line: index + 1,
        hint: 'Give the file of fakeroot -s.',
      });
    }
    const [, device, inode, mode, uid, gid, special] = match;
    stated.set(keyOf(Number.parseInt(device!, 16), Number(inode)), {
      mode: Number.parseInt(mode!, 8),
      uid: Number(uid),
      gid: Number(gid),
      ...deviceNumbers(Number(special)),
    });
  }
  return (facts) => {
    const { device, inode } = facts.identity;
    const known = stated.get(keyOf(device, inode));
    return known ? { ...facts, ...known } : { ...facts, uid: 0, gid: 0 };
  };
}

function keyOf(device: number, inode: number): string {
  return `${device}/${inode}`;
}
