// zip archives made here: what no program of today writes, and what may not be believed.
import { deflateRawSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { type ByteString, crc32, fromText } from '../../../../src/bytes/index.js';
import { zipFormat } from '../../../../src/format/zip/index.js';
import { bytesSource, collect, isExact, quietRun } from '../../../../src/io/index.js';
import type { File } from '../../../../src/tree/index.js';

/** A member; all but its name has a default that is right. */
interface Member {
  readonly name: string;
  readonly data?: Uint8Array;
  readonly packed?: Uint8Array;
  readonly method?: number;
  readonly size?: number;
  readonly packedSize?: number;
  readonly sum?: number;
  readonly mode?: number;
  readonly dosAttributes?: number;
  readonly extra?: Uint8Array;
  /** Default: after the member before. */
  readonly localAt?: number;
}

interface End {
  readonly entries?: number;
  readonly size?: number;
  readonly comment?: string;
}

const number = (length: 2 | 4 | 8, value: number) => {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(BigInt(value));
  return bytes.subarray(0, length);
};
const numbers = (lengths: readonly (2 | 4)[], values: readonly number[]) =>
  Buffer.concat(lengths.map((length, i) => number(length, values[i]!)));

function archive(members: readonly Member[], end: End = {}): Uint8Array {
  const locals: Buffer[] = [];
  const headers: Buffer[] = [];
  let at = 0;
  for (const member of members) {
    const {
      name,
      data = new Uint8Array(),
      method = 0,
      mode = 0o100644,
      dosAttributes = 0,
      extra = Buffer.alloc(0),
    } = member;
    const packed = member.packed ?? (method === 8 ? deflateRawSync(data) : data);
    const facts = numbers(
      [2, 2, 2, 2, 4, 4, 4, 2, 2],
      [
        ...[
          0x800,
          method,
          0x6000,
          0x5a21,
          member.sum ?? crc32(data),
          member.packedSize ?? packed.length,
          member.size ?? data.length,
        ],
        ...[Buffer.byteLength(name), extra.length],
      ],
    );
    const local = Buffer.concat([numbers([4, 2], [0x04034b50, 20]), facts, Buffer.from(name), extra, packed]);
    const after = numbers([2, 2, 2, 4, 4], [0, 0, 0, mode * 65_536 + dosAttributes, member.localAt ?? at]);
    headers.push(
      Buffer.concat([
        numbers([4, 2, 2], [0x02014b50, mode === 0 ? 0 : 0x31e, 20]),
        facts,
        after,
        Buffer.from(name),
        extra,
      ]),
    );
    locals.push(local);
    at += local.length;
  }
  const directory = Buffer.concat(headers);
  const count = end.entries ?? members.length;
  const comment = Buffer.from(end.comment ?? '');
  const last = numbers(
    [4, 2, 2, 2, 2, 4, 4, 2],
    [...[0x06054b50, 0, 0, count, count, end.size ?? directory.length, at, comment.length]],
  );
  return Buffer.concat([...locals, directory, last, comment]);
}

async function opened(bytes: Uint8Array) {
  const image = await zipFormat.open(bytesSource(bytes));
  return { tree: await image.tree(), notes: image.notes };
}

async function fileAt(bytes: Uint8Array, path: string): Promise<File> {
  const node = (await opened(bytes)).tree.get(fromText(path));
  if (node?.kind !== 'file' || !isExact(node.content)) throw new Error(`${path} is no file`);
  return node as File;
}

const text = async (node: File) => Buffer.from(await collect(node.content, quietRun())).toString();
const HELLO = Buffer.from('hello, hello, hello');

describe('metadata', () => {
  it('takes modes, owners and times from where an archive has them', async () => {
    const owners = Buffer.concat([
      number(2, 0x7875),
      number(2, 11),
      Buffer.of(1, 4),
      number(4, 70_000),
      Buffer.of(4),
      number(4, 2 ** 32 - 2),
    ]);
    const times = Buffer.concat([number(2, 0x5455), number(2, 5), Buffer.of(1), number(4, 1_700_000_001)]);
    const steps = Buffer.alloc(8);
    steps.writeBigUInt64LE((1_700_000_001n + 11_644_473_600n) * 10_000_000n + 1_234_567n);
    const ntfs = Buffer.concat([
      number(2, 10),
      number(2, 32),
      number(4, 0),
      number(2, 1),
      number(2, 24),
      steps,
      Buffer.alloc(16),
    ]);
    const bytes = archive([
      { name: 'a', mode: 0o104755, extra: Buffer.concat([owners, times]) },
      { name: 'b', extra: ntfs },
      { name: 'c', mode: 0, dosAttributes: 1 },
      { name: 'd/', mode: 0 },
      { name: 'piped', mode: 0o010600, data: HELLO },
      { name: 'fifo', mode: 0o010600 },
    ]);
    const { tree } = await opened(bytes);
    const shown = ['a', 'b', 'c', 'd', 'piped', 'fifo'].map((name) => {
      const { kind, mode, uid, gid, mtime } = tree.get(name as ByteString)!;
      return [kind, mode.toString(8), uid, gid, mtime.seconds, mtime.nanoseconds];
    });
    const dos = Date.UTC(2025, 0, 1, 12) / 1000;
    expect(shown).toEqual([
      ['file', '4755', 70_000, 2 ** 32 - 2, 1_700_000_001, 0],
      ['file', '644', 0, 0, 1_700_000_001, 123_456_700],
      ['file', '444', 0, 0, dos, 0],
      ['directory', '755', 0, 0, dos, 0],
      ['file', '600', 0, 0, dos, 0],
      ['fifo', '600', 0, 0, dos, 0],
    ]);
  });

  it('keeps to itself: paths upwards, through files, and devices', async () => {
    const { tree, notes } = await opened(
      archive([
        { name: '../../up', data: HELLO },
        { name: '/absolute', data: HELLO },
        { name: 'up/below', data: HELLO },
        { name: 'device', mode: 0o020600 },
        { name: 'nul\0name', data: HELLO },
        { name: 'nul\0directory/x', data: HELLO },
      ]),
    );
    expect([...tree.root.entries.keys()]).toEqual(['absolute', 'up']);
    expect(notes).toEqual(['4 entries are left out: devices, paths through files, and names that no file can have.']);
  });
});

describe('contents', () => {
  it('have sizes and places of 64 bits', async () => {
    const sizes = Buffer.concat([numbers([2, 2], [1, 16]), number(8, HELLO.length), number(8, HELLO.length)]);
    const wide = archive([
      { name: 'first' },
      { name: 'x', data: HELLO, size: 2 ** 32 - 1, packedSize: 2 ** 32 - 1, extra: sizes },
    ]);
    expect(await text(await fileAt(wide, 'x'))).toBe(HELLO.toString());
  });

  it('are the same from the start and at random', async () => {
    const node = await fileAt(archive([{ name: 'x', data: HELLO, method: 8 }], { comment: 'PK\x05\x06' }), 'x');
    expect(await text(node)).toBe(HELLO.toString());
    const part = new Uint8Array(5);
    await (node.content as ReturnType<typeof bytesSource>).read(7, part);
    expect(Buffer.from(part).toString()).toBe('hello');
  });

  it.each<[string, Partial<Member>, string]>([
    ['a wrong sum', { method: 8, sum: 1 }, 'zip.damaged'],
    ['a wrong size', { method: 8, size: 18 }, 'zip.damaged'],
    ['data that is none', { method: 8, packed: Buffer.from('x'), size: 19 }, 'zip.damaged'],
    ['another method', { method: 14 }, 'zip.method'],
  ])('fail by name with %s', async (_, wrong, code) => {
    const node = await fileAt(archive([{ name: 'x', data: HELLO, ...wrong }]), 'x');
    await expect(collect(node.content, quietRun())).rejects.toMatchObject({ code });
  });
});

describe('what may not be believed', () => {
  const one: Member = { name: 'x', data: HELLO };
  it.each<[string, Uint8Array]>([
    ['members on the same bytes', archive([one, { ...one, name: 'y', localAt: 0 }])],
    ['more than deflated data can become', archive([{ ...one, method: 8, size: 10 ** 6 }])],
    ['a stored member that grows', archive([{ ...one, size: 20 }])],
    ['more members than headers', archive([one], { entries: 2 })],
    ['a place without a header', archive([{ ...one, localAt: 3 }])],
    ['a link without an end', archive([{ name: 'l', mode: 0o120777, data: Buffer.alloc(70_000, 'x') }])],
    ['a size of 64 bits that is missing', archive([{ ...one, size: 2 ** 32 - 1, extra: Buffer.of(1, 0, 0, 0) }])],
  ])('%s', async (_, bytes) => {
    await expect(opened(bytes)).rejects.toMatchObject({ code: 'zip.damaged' });
  });

  it('an end that leads outside, or is missing, is damage of an archive that begins as one', async () => {
    await expect(opened(archive([one], { size: 10 ** 6 }))).rejects.toMatchObject({ code: 'zip.damaged' });
    await expect(opened(archive([one]).subarray(0, -1))).rejects.toMatchObject({ code: 'zip.truncated' });
    expect(await zipFormat.recognise(bytesSource(archive([one]).subarray(0, -1)))).toEqual({ evidence: 'head' });
    expect(await zipFormat.recognise(bytesSource(archive([])))).toEqual({ evidence: 'head' });
    expect(await zipFormat.recognise(bytesSource(archive([]).subarray(0, -1)))).toBeUndefined();
  });
});
