import { describe, expect, test } from 'vitest';
import { parseMkisofsOptions } from '../../../src/disc/index.js';
import { InvalidInputError, UnsupportedError } from '../../../src/errors.js';

const read = (line: string) => parseMkisofsOptions(line.split(' '));

describe('options of mkisofs', () => {
  test('boot images are stated one after another', () => {
    const { disc, files } = read(
      '-b isolinux/isolinux.bin -c /isolinux/boot.cat -no-emul-boot -boot-load-size 4 -boot-info-table -eltorito-alt-boot ' +
        '-e boot/efi.img -no-emul-boot -isohybrid-mbr isohdpfx.bin -isohybrid-gpt-basdat',
    );
    expect(disc).toMatchObject({
      boot: {
        bios: { path: 'isolinux/isolinux.bin', bootInfoTable: true, loadSectors: 4 },
        entries: [{ platform: 'efi', image: 'boot/efi.img', emulation: 'none' }],
        catalogPath: 'isolinux/boot.cat',
        catalogHidden: false,
      },
      layout: 'isolinux',
      partitionOffset: 0,
    });
    expect(files.mbr).toBe('isohdpfx.bin');
  });

  test('a boot image without further words is a floppy disk, as there', () => {
    expect(read('-b boot.img').disc.boot.entries).toEqual([
      { platform: 'bios', image: 'boot.img', emulation: 'floppy' },
    ]);
  });

  test('defaults of mkisofs count where the words are its alone', () => {
    expect(read('-V LABEL a b').disc).toMatchObject({ volumeId: 'LABEL' });
    expect(read('-V LABEL a b').disc).not.toHaveProperty('padBlocks');
    expect(read('-as mkisofs -V LABEL a b').disc).toMatchObject({ joliet: false, padBlocks: 150 });
    expect(read('-o x.iso -joliet-long -no-pad a')).toMatchObject({
      disc: { joliet: 'long', padBlocks: 0 },
      output: 'x.iso',
      rest: ['a'],
    });
  });

  test('words that mkisofs does not have are left', () => {
    expect(read('--no-aaip -R src out.iso').rest).toEqual(['--no-aaip', 'src', 'out.iso']);
  });

  test.each(['-hfs', '-z', '-follow-links', '-append_partition 3 0x83 x', '-jigdo-template x', '-B x'])(
    '%s is refused by name',
    (line) => {
      expect(() => read(line)).toThrow(UnsupportedError);
      expect(() => read(line)).toThrow(
        expect.objectContaining({ message: expect.stringContaining(line.split(' ')[0]!) }),
      );
    },
  );

  test.each(['-iso-level 5', '-partition_offset 32', '-input-charset latin1', '-as cdrecord', '-append_partition 2'])(
    'the value of %s is refused',
    (line) => {
      expect(() => read(line)).toThrow(InvalidInputError);
    },
  );
});
