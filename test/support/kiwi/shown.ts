// Converts the output of tools to facts.
import type { EntryDescription } from '../trees.js';
import type { Facts } from './facts.js';

const DIGEST_DIGITS = 16;

/** Facts from pairs; repeated names are numbered from the second on. */
export function numbered(pairs: Iterable<readonly [name: string, value: string]>): Facts {
  const facts = new Map<string, string>();
  for (const [name, value] of pairs) {
    let key = name;
    for (let i = 2; facts.has(key); i++) key = `${name} (${i})`;
    facts.set(key, value);
  }
  return facts;
}

/** Kind, mode, owner and content of an entry, and where they matter its time, attributes and links. */
export function shownEntry(entry: EntryDescription, { times = false, content = true } = {}): string {
  const { kind, mode, uid, gid, mtime, size, sha256, target, device, xattrs, linkedTo } = entry;
  const words = [kind, mode.toString(8).padStart(4, '0'), `${uid}:${gid}`];
  if (times) words.push(`${mtime.seconds}.${String(mtime.nanoseconds).padStart(9, '0')}`);
  if (content && size !== undefined) words.push(`${size}`, (sha256 ?? '').slice(0, DIGEST_DIGITS));
  if (target !== undefined) words.push(`-> ${target}`);
  if (device) words.push(device.join(':'));
  if (linkedTo !== undefined) words.push(`= ${linkedTo}`);
  return [...words, ...xattrs].join(' ');
}
