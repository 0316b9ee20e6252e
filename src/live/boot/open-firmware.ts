// POWER machines: Open Firmware reads ppc/bootinfo.txt (CHRP binding of IEEE 1275, §11.1), which names GRUB's image.

import { bytesSource, type ExactContent, type Run } from '../../io/index.js';
import { type FoundDirectory, fileIn, requireGrubDirectory } from './grub-data.js';
import { type BootImageContext, makeBootImage } from './grub-image.js';

export interface OpenFirmwareFiles {
  readonly platform: string;
  /** GRUB's ELF image. */
  readonly image: ExactContent;
  /** GRUB's modules. */
  readonly directory: FoundDirectory;
  /** The first commands of the image. */
  readonly earlyConfig: string;
}

export interface OpenFirmwareRequest {
  readonly earlyConfig: string;
  readonly prefix: string;
  readonly extraModules: readonly string[];
}

/** The image's name in GRUB's platform directory. */
export const OPEN_FIRMWARE_IMAGE = 'grub.elf';

/** The tree's image, or one made here. */
export async function makeOpenFirmwareFiles(
  context: BootImageContext,
  platform: string,
  { earlyConfig, prefix, extraModules }: OpenFirmwareRequest,
  run: Run,
): Promise<OpenFirmwareFiles> {
  const directory = requireGrubDirectory(context.root, platform);
  const ready = fileIn(directory.node, OPEN_FIRMWARE_IMAGE);
  const recipe = { platform, directory, earlyConfig, prefix, extraModules };
  const image = ready ? ready.content : bytesSource(await makeBootImage(context, recipe, run));
  return { platform, image, directory, earlyConfig };
}

/** ppc/bootinfo.txt, which is XML; the title is escaped. */
export function renderBootInfo(title: string, grubDirectory: string, platform: string): string {
  const escapes: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;' };
  const shown = title.replace(/\s+/g, ' ').replace(/[&<>]/g, (character) => escapes[character]!);
  const image = ['boot', grubDirectory, platform, OPEN_FIRMWARE_IMAGE].join('\\');
  return [
    '<chrp-boot>',
    `<description>${shown}</description>`,
    `<os-name>${shown}</os-name>`,
    `<boot-script>boot &device;:1,\\${image}</boot-script>`,
    '</chrp-boot>',
    '',
  ].join('\n');
}
