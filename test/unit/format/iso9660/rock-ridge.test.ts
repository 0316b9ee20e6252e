import { describe, expect, test } from 'vitest';
import { byteStringOf, fromText } from '../../../../src/bytes/text.js';
import { timestamp } from '../../../../src/bytes/time.js';
import { FieldRun } from '../../../../src/format/iso9660/field-run.js';
import { rockRidgeFacts } from '../../../../src/format/iso9660/read-rock-ridge.js';
import { addEntryFields, rockRidgeExtension } from '../../../../src/format/iso9660/rock-ridge.js';
import { applySpread, ContinuationArea, SP, suspField } from '../../../../src/format/iso9660/susp.js';
import { EMPTY } from '../../../../src/io/memory.js';
import { file, special, symlink } from '../../../../src/tree/node.js';
import fc from '../../../support/random.js';

const at = { mtime: timestamp(1_700_000_000), uid: 1, gid: 2 };
const links = { links: 3, serial: 9 };
const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');
const both = (value: number) => {
  const bytes = Buffer.alloc(8);
  bytes.writeUInt32LE(value, 0);
  bytes.writeUInt32BE(value, 4);
  return bytes.toString('hex');
};

/** The fields one by one. */
function entryFields(
  ...[node, name, facts, version]: Parameters<typeof addEntryFields> extends [unknown, ...infer R] ? R : never
) {
  const run = new FieldRun();
  addEntryFields(run, node, name, facts, version);
  return Array.from({ length: run.count }, (_, i) => run.slice(i, i + 1));
}

describe('fields of an entry', () => {
  test('PX has 36 bytes in 1.10 and ends with a serial number in 1.12', () => {
    const px = `${both(0o100644)}${both(3)}${both(1)}${both(2)}`;
    const node = file(EMPTY, at);
    expect(hex(entryFields(node, fromText('a'), links, '1.10')[0]!)).toBe(`50582401${px}`);
    expect(hex(entryFields(node, fromText('a'), links, '1.12')[0]!)).toBe(`50582c01${px}${both(9)}`);
  });

  test('TF holds modification, access and change in that order', () => {
    expect(hex(entryFields(file(EMPTY, at), fromText('a'), links, '1.10')[1]!)).toBe(
      `54461a010e${'7b0b0e160d1400'.repeat(3)}`,
    );
  });

  test('a name of 255 bytes takes two fields, the first of which says that it continues', () => {
    const fields = entryFields(file(EMPTY, at), fromText('n'.repeat(255)), links, '1.10').slice(2);
    expect(fields.map((field) => [field.length, field[4]])).toEqual([
      [255, 1],
      [10, 0],
    ]);
  });

  test.each([
    ['../boot/mbrid', '0400' + '0004626f6f74' + '00056d62726964'],
    ['/', '0800'],
    ['//', '0800' + '0800'],
    ['/a//b', '0800' + '000161' + '0800' + '000162'],
    ['a/', '000161' + '0000'],
    ['.', '0200'],
  ])('target %s', (target, components) => {
    const fields = entryFields(symlink(fromText(target), at), fromText('l'), links, '1.10');
    const bytes = Buffer.from(components, 'hex');
    expect(hex(fields[3]!)).toBe(`534c${(5 + bytes.length).toString(16).padStart(2, '0')}0100${components}`);
  });

  test('targets of any length come back from their components', () => {
    const target = fc
      .stringMatching(/^[ab/.]{1,40}$/)
      .chain((text) => fc.nat(700).map((n) => fromText(text.replace('b', 'b'.repeat(n + 1)))));
    fc.assert(
      fc.property(target, (text) => {
        const fields = entryFields(symlink(text, at), fromText('l'), links, '1.10').slice(3);
        expect(fields.every((field) => field.length <= 255)).toBe(true);
        expect(fields.map((field) => field[4])).toEqual(fields.map((_, i) => (i < fields.length - 1 ? 1 : 0)));
        expect(targetAsLinuxReadsIt(fields)).toBe(text);
        // libarchive keeps no slash at the end of a target.
        if (!/[^/]\/+$/.test(text)) expect(targetAsLibarchiveReadsIt(fields)).toBe(text);
      }),
    );
  });

  test('device numbers with small minors are one 16-bit value, larger ones two halves', () => {
    const number = (major: number, minor: number) =>
      hex(entryFields(special('block-device', at, major, minor), fromText('d'), links, '1.10')[3]!);
    expect(number(259, 7)).toBe(`504e1401${both(0)}${both(259 * 256 + 7)}`);
    expect(number(259, 256)).toBe(`504e1401${both(259)}${both(256)}`);
  });

  test('a whole device number in the low half, as xorriso writes large minors, is taken apart', () => {
    const field = (high: number, low: number) => {
      const data = Uint8Array.from(Buffer.from(both(high) + both(low), 'hex'));
      return { signature: 'PN', data, bytes: data };
    };
    expect(rockRidgeFacts([field(0, 0x1111_0370)]).device).toEqual([259, 70_000]);
    expect(rockRidgeFacts([field(0, 0x103_07)]).device).toEqual([259, 7]);
    expect(rockRidgeFacts([field(259, 70_000)]).device).toEqual([259, 70_000]);
  });
});

/** The walk of Linux fs/isofs/rock.c over SL components, in its own order of steps. */
function targetAsLinuxReadsIt(fields: readonly Uint8Array[]): string {
  let text = '';
  for (const field of fields) {
    for (let at = 5; at < field.length; ) {
      const flags = field[at]!;
      const length = field[at + 1]!;
      if ((flags & ~1) === 0) text += byteStringOf(field.subarray(at + 2, at + 2 + length));
      if ((flags & ~1) === 2) text += '.';
      if ((flags & ~1) === 4) text += '..';
      const isRoot = (flags & ~1) === 8;
      if (isRoot) text += '/';
      at += 2 + length;
      const more = at < field.length || (field[4]! & 1) !== 0;
      if (more && !isRoot && (flags & 1) === 0) text += '/';
    }
  }
  return text;
}

/** The walk of libarchive's reader, which puts slashes between the components of one field only. */
function targetAsLibarchiveReadsIt(fields: readonly Uint8Array[]): string {
  const SHOWN: Readonly<Record<number, string>> = { 2: '.', 4: '..', 8: '/' };
  let text = '';
  for (const field of fields) {
    let separator = '';
    for (let at = 5; at < field.length; ) {
      const [flags, length] = [field[at]!, field[at + 1]!];
      text += separator + (SHOWN[flags] ?? byteStringOf(field.subarray(at + 2, at + 2 + length)));
      separator = flags === 8 || flags === 1 ? '' : '/';
      at += 2 + length;
    }
  }
  return text;
}

describe('extension record', () => {
  test.each([
    ['1.10' as const, 'RRIP_1991A', 237],
    ['1.12' as const, 'IEEE_P1282', 184],
  ])('%s is announced as %s', (version, id, length) => {
    const field = rockRidgeExtension(version);
    expect(field.length).toBe(length);
    expect(field[2]).toBe(length);
    expect(byteStringOf(field.subarray(8, 18))).toBe(id);
  });
});

describe('continuation', () => {
  test('runs never cross a block, links lead to every field, in order', () => {
    const field = fc.integer({ min: 4, max: 255 });
    const lists = fc.array(fc.array(field, { minLength: 1, maxLength: 30 }), { minLength: 1, maxLength: 12 });
    fc.assert(
      fc.property(lists, fc.integer({ min: 60, max: 220 }), (list, room) => {
        const area = new ContinuationArea();
        const records = list.map((lengths) => {
          const fields = lengths.map((length, k) => suspField('ZZ', new Uint8Array(length - 4).fill(k)));
          const run = new FieldRun();
          for (const one of fields) run.append(one);
          return { fields, run };
        });
        const spreads = records.map(({ run }) => area.spread(run, room));
        const bytes = new Uint8Array(area.blocks * 2048);
        for (const [i, { fields, run }] of records.entries()) {
          const inlineBytes = applySpread(spreads[i]!, run, bytes, 1000);
          expect(inlineBytes.length).toBe(spreads[i]!.inlineLength);
          expect(inlineBytes.length).toBeLessThanOrEqual(room);
          expect(followed(inlineBytes, bytes, 1000)).toEqual(fields.map(hex));
        }
      }),
    );
  });

  test('SP is the seven bytes every reader looks for', () => {
    expect(hex(SP)).toBe('53500701beef00');
  });
});

/** Fields of a record as a reader meets them, following CE. */
function followed(inline: Uint8Array, area: Uint8Array, areaBlock: number): string[] {
  const found: string[] = [];
  let run = inline;
  for (;;) {
    let next: Uint8Array | undefined;
    for (let at = 0; at < run.length; at += run[at + 2]!) {
      const field = run.subarray(at, at + run[at + 2]!);
      if (byteStringOf(field.subarray(0, 2)) !== 'CE') {
        found.push(hex(field));
        continue;
      }
      const view = new DataView(field.buffer, field.byteOffset);
      const [block, offset, length] = [view.getUint32(4, true), view.getUint32(12, true), view.getUint32(20, true)];
      expect(offset + length).toBeLessThanOrEqual(2048);
      next = area.subarray((block - areaBlock) * 2048 + offset, (block - areaBlock) * 2048 + offset + length);
    }
    if (!next) return found;
    run = next;
  }
}
