// The kernel command line of a live medium. The initrd finds its medium by `root=live:CDLABEL=`.

import type { OverlayOption } from './overlay-option.js';

const FAILSAFE = 'ide=nodma apm=off noresume edd=off nomodeset 3';
/** The overlay that the user chose, in the spelling of any dracut. */
const CHOOSES_OVERLAY = /(^|\s)(rd\.overlay|rd\.live\.overlay\.overlayfs)(=|\s|$)/;
/** The check of kiwi-live, and that of dmsquash-live, which does not know the first option. */
const MEDIA_CHECK = { overlay: 'mediacheck=1', dmsquash: 'rd.live.check' } as const;
const PLAIN_CONSOLE = 'plymouth.enable=0';

export interface CommandLineRequest {
  /** Which live module the initrd has. */
  readonly flags: keyof typeof MEDIA_CHECK;
  /** Kernel options of the description. */
  readonly options: string;
  readonly volumeId: string;
  readonly persistent: boolean;
  /** File system for persistent changes; undefined leaves it to the initrd. */
  readonly persistentFileSystem: string | undefined;
  /** Whether the squashfs or EROFS on the medium is the root itself, and holds no file system image. */
  readonly squashedRoot: boolean;
  /** The option of the tree's dracut that gives such a root an overlay. */
  readonly overlayOption: OverlayOption;
}

export interface CommandLines {
  readonly normal: string;
  readonly failsafe: string;
  readonly mediaCheck: string;
}

export function commandLines(request: CommandLineRequest): CommandLines {
  const live = [`root=live:CDLABEL=${request.volumeId}`, 'rd.live.image'];
  if (request.persistent) {
    live.push('rd.live.overlay.persistent');
    if (request.persistentFileSystem) live.push(`rd.live.overlay.cowfs=${request.persistentFileSystem}`);
  }
  // dmsquash-live chooses an overlay itself if it finds a root without image, but since dracut 056 with systemd it makes the
  // directories for it only if the option is given.
  if (request.squashedRoot && request.flags === 'dmsquash' && !CHOOSES_OVERLAY.test(request.options)) {
    live.push(request.overlayOption);
  }
  const joined = (...parts: string[]) => parts.filter((part) => part !== '').join(' ');
  const options = request.options.replace(/[ \t\r\n]+/g, ' ').replace(/^ | $/g, '');
  const normal = joined(options, ...live);
  return {
    normal,
    failsafe: joined(options, FAILSAFE, ...live),
    mediaCheck: joined(MEDIA_CHECK[request.flags], PLAIN_CONSOLE, normal),
  };
}
