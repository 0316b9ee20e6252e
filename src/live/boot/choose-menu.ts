// The boot menu that a description asks for, by the rules of its generation.

import { InvalidInputError } from '../../errors.js';
import type { FileTree } from '../../tree/index.js';
import { type LiveDescription, placeOf } from '../description/index.js';
import type { Architecture } from '../plan/architecture.js';
import { rootImageKind } from '../root-image/root-image-plan.js';
import { commandLines } from './command-line.js';
import { graphicsMode } from './graphics-mode.js';
import { fileIn, findGrubDirectory, findTheme, grubDirectoryName } from './grub-data.js';
import { mediumId } from './medium-id.js';
import type { MediumLayout } from './medium-layout.js';
import type { MenuModel } from './menu.js';
import type { OverlayOption } from './overlay-option.js';
import { checkSerialLine } from './serial-line.js';

export interface MenuRequest {
  readonly root: FileTree;
  readonly architecture: Architecture;
  readonly layout: MediumLayout;
  /** Seconds since 1970. */
  readonly epoch: number;
  readonly overlayOption: OverlayOption;
  note?: ((text: string) => void) | undefined;
}

/** Throws {@link InvalidInputError} `live.menu-text` for values that would act as commands in a menu. */
export function chooseMenu(description: LiveDescription, request: MenuRequest): MenuModel {
  const { type, bootloader, generation } = description;
  const { root, architecture, layout, epoch } = request;
  const usesGrub = layout.loaders !== 'isolinux';
  const theme = description.bootloaderTheme;
  const themeFound = theme !== undefined && findTheme(root, theme) !== undefined;
  const isMissing = theme !== undefined && !themeFound && usesGrub;
  if (isMissing) request.note?.(`GRUB theme ${theme} is not in the root tree; the menu is plain text.`);
  const consoles = isMissing ? { output: ['console'], input: ['console'] } : consolesOf(description);
  checkTexts(description, layout);
  return {
    mediumId: mediumId(epoch),
    title: description.displayName,
    loaderDirectory: `/boot/${architecture.machine}/loader`,
    grubDirectory: grubDirectoryName(root),
    timeoutSeconds: bootloader.timeout,
    timeoutStyle: bootloader.timeout_style,
    graphicsMode: bootloader.video_mode ?? graphicsMode(type.vga, generation.vga),
    outputConsoles: consoles.output,
    inputConsoles: consoles.input,
    serialLine: bootloader.serial_line?.trim() ?? generation.serialLine,
    theme: themeFound ? theme : undefined,
    commandLines: commandLines({
      flags: type.flags,
      options: type.kernelcmdline,
      volumeId: type.volid,
      persistent: type.hybridpersistent,
      persistentFileSystem: type.hybridpersistent_filesystem,
      squashedRoot: rootImageKind(description) !== 'ext4-in-squashfs',
      overlayOption: request.overlayOption,
    }),
    failsafe: type.installprovidefailsafe,
    mediaCheck: type.mediacheck,
    hypervisor: type.xen_server,
    linuxEfi: generation.startsByLinuxEfi && hasLinuxEfi(root, architecture),
  };
}

/**
 * The old attribute names terminals for input and output; gfxterm is output only, and leaves input to the default. "none"
 * is the same as no attribute.
 */
function consolesOf({ bootloader, generation }: LiveDescription): {
  output: readonly string[];
  input: readonly string[];
} {
  const given = (list: readonly string[] | undefined) => (list?.includes('none') ? undefined : list);
  const output = given(bootloader.output_console) ?? given(bootloader.console) ?? [];
  const input = given(bootloader.input_console) ?? output.filter((name) => name === 'console' || name === 'serial');
  return {
    output: output.length > 0 ? output : [generation.outputConsole],
    input: input.length > 0 ? input : ['console'],
  };
}

function checkTexts(description: LiveDescription, { bios }: MediumLayout): void {
  checkSerialLine(description);
  const { type } = description;
  // The module that starts Xen takes it for the start of the next file to load.
  if (type.xen_server && bios === 'isolinux' && /(^|\s)---(\s|$)/.test(type.kernelcmdline)) {
    throw new InvalidInputError('live.menu-text', 'kernelcmdline of a Xen server cannot hold the word "---".', {
      ...placeOf(description, 'kernelcmdline'),
      hint: 'Leave it out, or choose the boot loader GRUB.',
    });
  }
}

function hasLinuxEfi(root: FileTree, { biosPlatform, efi }: Architecture): boolean {
  const directory = biosPlatform && efi && findGrubDirectory(root, efi.platform);
  return directory !== undefined && fileIn(directory.node, 'linuxefi.mod') !== undefined;
}
