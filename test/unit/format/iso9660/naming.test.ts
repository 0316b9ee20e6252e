import { describe, expect, test } from 'vitest';
import { byteStringOf, fromText } from '../../../../src/bytes/text.js';
import { compareParts, isoNames } from '../../../../src/format/iso9660/iso-name.js';
import { jolietNames } from '../../../../src/format/iso9660/joliet-name.js';
import { identify, type NameScheme } from '../../../../src/format/iso9660/naming.js';
import fc from '../../../support/random.js';

function identifiers(scheme: NameScheme, names: readonly string[]): string[] {
  const entries = names.map((name) => ({ name: fromText(name.replace(/\/$/, '')), isDirectory: name.endsWith('/') }));
  return identify(entries, scheme).map((parts, i) => scheme.identifier(parts, entries[i]!.isDirectory));
}

const text = (ucs2: string) => Buffer.from(ucs2, 'latin1').swap16().toString('utf16le');

const strict = (level: 1 | 3) => isoNames({ level, relax: [], systemUse: true });

describe('identifiers of the primary hierarchy', () => {
  test.each([
    ['grub.cfg', 'GRUB.CFG;1'],
    ['initrd', 'INITRD.;1'],
    ['foo.tar.gz', 'FOO_TAR.GZ;1'],
    ['.profile', '_PROFILE.;1'],
    ['x86_64/', 'X86_64'],
    ['i386-pc.d/', 'I386_PC_D'],
    ['vmlinuz-6.1.0-13-amd64-with-a-long-name', 'VMLINUZ_6_1.0_13_AMD64_WITH_A_L;1'],
    ['ß', '__.;1'],
  ])('%s is %s', (name, identifier) => {
    expect(identifiers(strict(3), [name])).toEqual([identifier]);
  });

  test('level 1 has eight and three characters', () => {
    expect(identifiers(strict(1), ['squashfs-root.image', 'directory-name/'])).toEqual(['SQUASHFS.IMA;1', 'DIRECTOR']);
  });

  test('of names that fall together the exact one stays, the others depend on themselves alone', () => {
    const [a, b, c] = identifiers(strict(3), ['README', 'Readme', 'readme']);
    expect(a).toBe('README.;1');
    expect(new Set([a, b, c]).size).toBe(3);
    const without = identifiers(strict(3), ['README', 'readme', 'zzz']);
    expect(without).toEqual([a, c, 'ZZZ.;1']);
  });

  test('a directory and a file that compare as equal get different identifiers', () => {
    const [directory, file] = identifiers(strict(3), ['BOOT/', 'boot']);
    expect(directory).toBe('BOOT');
    expect(file).toMatch(/^BOOT[0-9A-Z]{6}\.;1$/);
  });

  test('are d-characters, short enough and different for any names', () => {
    const name = fc.uint8Array({ minLength: 1, maxLength: 60 }).map(byteStringOf);
    const names = fc.uniqueArray(fc.tuple(name, fc.boolean()), { maxLength: 60, selector: ([n]) => n });
    fc.assert(
      fc.property(names, fc.constantFrom(1 as const, 3 as const), (list, level) => {
        const entries = list.map(([entryName, isDirectory]) => ({ name: entryName, isDirectory }));
        const scheme = strict(level);
        const parts = identify(entries, scheme);
        expect(new Set(parts.map((p) => `${p.base}.${p.extension}`)).size).toBe(list.length);
        for (const [i, p] of parts.entries()) {
          expect(scheme.identifier(p, entries[i]!.isDirectory)).toMatch(/^[A-Z0-9_]*(\.[A-Z0-9_]*;1)?$/);
          expect(p.base.length + p.extension.length).toBeLessThanOrEqual(
            level === 1 ? 11 : entries[i]!.isDirectory ? 31 : 30,
          );
          expect(p.base.length).toBeGreaterThan(0);
        }
      }),
    );
  });

  test('sort by base and then extension, as if filled up with blanks', () => {
    const names = ['FOO.TXT', 'FOO', 'FOO0', 'FOO.0', 'FO'].map((name) => {
      const [base, extension = ''] = name.split('.');
      return { base: base!, extension };
    });
    const sorted = names.sort(compareParts).map(({ base, extension }) => `${base}.${extension}`);
    expect(sorted).toEqual(['FO.', 'FOO.', 'FOO.0', 'FOO.TXT', 'FOO0.']);
  });
});

describe('identifiers of the Joliet hierarchy', () => {
  test('keep case, blanks and letters, and replace what Joliet forbids', () => {
    const names = identifiers(jolietNames(), ['Grüße aus Köln.txt', 'a*b:c;d?e', '𝄞.mid']).map(text);
    expect(names).toEqual(['Grüße aus Köln.txt', 'a_b_c_d_e', '_.mid']);
  });

  test('long names keep their extension and stay different', () => {
    const stem = 'n'.repeat(100);
    const names = identifiers(jolietNames(), [`${stem}1.squashfs`, `${stem}2.squashfs`]).map(text);
    expect(new Set(names).size).toBe(2);
    for (const name of names) expect(name).toMatch(/^n{49}[0-9A-Z]{6}\.squashfs$/);
    expect(names[0]).toHaveLength(64);
  });

  test('bytes that are not UTF-8 become underscores', () => {
    const scheme = jolietNames();
    const name = byteStringOf(Uint8Array.of(0x62, 0xff, 0x63));
    expect(text(scheme.identifier(scheme.plain(name, false), false))).toBe('b_c');
  });
});
