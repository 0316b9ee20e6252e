// Discs in every named layout, of the media tree and boot images without foreign code.
import type { DiscOptions, LayoutName } from '../../src/disc/index.js';
import type { Content, ExactContent } from '../../src/io/content.js';
import { bytesSource } from '../../src/io/memory.js';
import { FileTree } from '../../src/tree/file-tree.js';
import { overlay } from '../../src/tree/index.js';
import { file } from '../../src/tree/node.js';
import { BIOS_IMAGE, bootCode, EPOCH, mediaTree } from './discs.js';
import { noise } from './trees.js';

export const ISOLINUX_IMAGE = 'boot/x86_64/loader/isolinux.bin';

/** Bytes that ISOLINUX's boot code would start: the mark it looks for, and nothing of its program. */
export function isolinuxImage(): Uint8Array {
  const image = noise(40_001, 5);
  image.set([0xfb, 0xc0, 0x78, 0x70], 64);
  return image;
}

/** The media tree with an ISOLINUX image in addition to GRUB's. */
export function isolinuxTree(payload?: Content): FileTree<Content> {
  const image = file<Content>(bytesSource(isolinuxImage()), { mtime: EPOCH });
  return overlay(mediaTree(payload), FileTree.of<Content>({ [ISOLINUX_IMAGE]: image }));
}

/** Options of a layout with everything it takes; `esp` where it takes one. */
export function layoutOptions(layout: LayoutName, esp?: ExactContent): DiscOptions {
  const usual = { volumeId: 'CDROM', epoch: EPOCH, seed: 'test', layout, applicationId: '0x1a2b3c4d' };
  const takesEsp = layout !== 'plain' && layout !== 'chrp';
  const withEsp = esp && takesEsp ? { appendedEsp: esp } : {};
  const efi = 'appendedEsp' in withEsp ? { efi: 'appended-esp' as const } : {};
  const bios = { path: layout === 'isolinux' ? ISOLINUX_IMAGE : BIOS_IMAGE };
  const hasCode = layout === 'grub' || layout === 'isolinux';
  return {
    ...usual,
    ...withEsp,
    ...(hasCode ? { mbr: { code: bootCode } } : {}),
    boot: { ...efi, ...(layout === 'uefi-strict' || layout === 'chrp' ? {} : { bios }) },
  };
}
