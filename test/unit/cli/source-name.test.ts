// Names of sources: the part that is wanted, the place where it goes, and real names with the same marks.
import { expect, test } from 'vitest';
import { fromText } from '../../../src/bytes/text.js';
import { parseSourceName } from '../../../src/cli/source-name.js';

test.each<[string, readonly string[], object]>([
  ['dir', ['dir'], { path: 'dir' }],
  ['dir#usr/lib', ['dir'], { path: 'dir', part: 'usr/lib' }],
  ['dir=>/opt', ['dir'], { path: 'dir', into: '/opt' }],
  ['dir#usr=>/opt/x', ['dir'], { path: 'dir', part: 'usr', into: '/opt/x' }],
  ['-=>/opt', ['-'], { path: '-', into: '/opt' }],
  ['live.iso/a=>/b', ['live.iso'], { path: 'live.iso/a', into: '/b' }],
  // Real names.
  ['a#b', ['a', 'a#b'], { path: 'a#b' }],
  ['a#b#c', ['a', 'a#b'], { path: 'a#b', part: 'c' }],
  ['a=>/b', ['a', 'a=>/b'], { path: 'a=>/b' }],
  ['a=>b', [], { path: 'a=>b' }],
  // Partitions of images.
  ['disk.img/#1', ['disk.img'], { path: 'disk.img/#1' }],
  ['disk.img!#2', ['disk.img'], { path: 'disk.img!#2' }],
  // Nothing of the kind exists.
  ['none#x', [], { path: 'none#x' }],
  ['none=>/x', [], { path: 'none', into: '/x' }],
])('%s', (text, there, expected) => {
  const exists = (path: string) => there.includes(path);
  expect(parseSourceName(fromText(text), exists)).toEqual({ part: undefined, into: undefined, ...expected });
});
