// A directory with what readers and writers of file systems trip over: sizes around blocks, holes, equal and similar data, odd names, every kind
// of entry, attributes that many share, times before 1970 and after 2106.
import {
  chmodSync,
  chownSync,
  closeSync,
  linkSync,
  mkdirSync,
  openSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { succeed } from './tools.js';
import { noise } from './trees.js';

const SIZES = [
  0, 1, 100, 511, 512, 513, 4035, 4064, 4095, 4096, 4097, 8191, 8192, 8193, 12_288, 65_535, 65_536, 65_537,
];

/** Compressible bytes: words in an order that `seed` decides. */
export function text(size: number, seed: number): Uint8Array {
  const words = Array.from({ length: 400 }, (_, i) =>
    Buffer.from(noise(3 + (i % 7), i + 1))
      .toString('base64')
      .slice(0, 3 + (i % 7)),
  );
  const picks = noise(size, seed);
  let all = '';
  for (let i = 0; all.length < size; i++)
    all += `${words[(picks[i % size]! * 7 + (picks[(i * 3) % size]! & 3)) % words.length]} `;
  return new Uint8Array(Buffer.from(all.slice(0, size), 'latin1'));
}

/** Makes the tree below `top`, which does not exist yet. Needs root, setfattr and touch. */
export function makeAwkwardTree(top: string): void {
  const at = (path: string) => join(top, path);
  for (const dir of ['', 'empty', 'data', 'sizes', 'many', 'equal', 'a/b/c/d', 'names'])
    mkdirSync(at(dir), { recursive: true });
  for (const size of SIZES) {
    writeFileSync(at(`sizes/text-${size}`), text(size, size + 1));
    writeFileSync(at(`sizes/noise-${size}`), noise(size, size + 2));
  }
  const long = text(700_000, 5);
  writeFileSync(at('data/text'), long);
  writeFileSync(at('data/noise'), noise(200_001, 6));
  writeFileSync(at('data/zeros'), new Uint8Array(1_000_000));
  writeFileSync(
    at('data/mixed'),
    Buffer.concat([text(50_000, 8), noise(70_000, 9), new Uint8Array(100_000), text(33_333, 10), noise(4096, 11)]),
  );
  writeFileSync(at('equal/one'), long.subarray(0, 300_000));
  writeFileSync(at('equal/shifted'), Buffer.concat([noise(777, 12), long.subarray(100_000, 500_000)]));
  writeFileSync(at('equal/whole'), long);
  writeFileSync(at('equal/end'), 'end');
  writeFileSync(at('equal/that-ends-so'), Buffer.concat([noise(65_536, 13), Buffer.from('end')]));
  for (let i = 0; i < 200; i++)
    writeFileSync(
      at(`many/file-${String(i).padStart(4, '0')}-with-a-rather-long-name`),
      text(1 + ((i * 37) % 3000), i),
    );
  sparse(at('data/sparse'), [
    [3_000_000, text(5000, 13)],
    [9_000_001, noise(1, 1)],
  ]);
  writeFileSync(at('data/hole'), '');
  truncateSync(at('data/hole'), 5_000_000);
  makeNames(at);
  makeAttributes(top, at);
}

function sparse(path: string, parts: readonly (readonly [at: number, bytes: Uint8Array])[]): void {
  const file = openSync(path, 'w');
  for (const [place, bytes] of parts) writeSync(file, bytes, 0, bytes.length, place);
  closeSync(file);
}

function makeNames(at: (path: string) => string): void {
  // mkfs.erofs 1.5 refuses 255.
  writeFileSync(at(`names/${'n'.repeat(254)}`), 'long');
  writeFileSync(Buffer.concat([Buffer.from(`${at('names')}/`), Buffer.from([0xff, 0xfe, 0x20])]), 'bytes');
  writeFileSync(at('names/with space\nand newline'), 'control');
  writeFileSync(at('names/übergröße'), 'utf-8');
  symlinkSync('t/'.repeat(2000), at('names/long-target'));
  symlinkSync('../data/text', at('names/link'));
  linkSync(at('data/text'), at('a/b/hard-link'));
  linkSync(at('names/link'), at('a/b/hard-link-to-link'));
  succeed('mkfifo', [at('fifo')]);
  succeed('mknod', [at('null'), 'c', '1', '3']);
  succeed('mknod', [at('disk'), 'b', '259', '70000']);
}

function makeAttributes(top: string, at: (path: string) => string): void {
  chownSync(at('sizes/text-100'), 1000, 1001);
  chownSync(at('sizes/text-4096'), 100_000, 4_294_967_294);
  chmodSync(at('sizes/text-1'), 0o4755);
  chmodSync(at('empty'), 0o1777);
  const set = (path: string, name: string, value: string) => succeed('setfattr', ['-h', '-n', name, '-v', value, path]);
  for (let i = 0; i < 20; i++)
    set(at(`many/file-${String(i).padStart(4, '0')}-with-a-rather-long-name`), 'user.shared', 'a value that many have');
  set(at('data/text'), 'user.one', '1');
  set(at('data/text'), 'trusted.overlay.opaque', 'y');
  set(at('data/text'), 'security.capability', '0x0100000200040000000000000000000000000000');
  set(
    at('data/mixed'),
    'system.posix_acl_access',
    '0x0200000001000600ffffffff02000600e803000004000400ffffffff10000600ffffffff20000400ffffffff',
  );
  set(at('a'), 'user.long', 'v'.repeat(2000));
  set(top, 'user.root', 'r');
  set(at('names/link'), 'trusted.of-link', 'l');
  set(at('sizes/text-513'), 'user.empty', '');
  for (const [path, time] of [
    ['sizes/text-511', '@1500000000.123456789'],
    ['sizes/text-512', '@-6.999999999'],
    ['sizes/noise-1', '@5000000000.000000007'],
    ['a/b', '@1600000000.000000001'],
  ] as const) {
    succeed('touch', ['-h', '-d', time, at(path)]);
  }
}
