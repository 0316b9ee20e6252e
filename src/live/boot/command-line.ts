// The kernel command line of a live medium. The initrd finds its medium by `root=live:CDLABEL=`.

const FAILSAFE = 'ide=nodma apm=off noresume edd=off nomodeset 3';
/** The check of kiwi-live, and that of dmsquash-live, which does not know the first word. */
const MEDIA_CHECK = { overlay: 'mediacheck=1', dmsquash: 'rd.live.check' } as const;
const PLAIN_CONSOLE = 'plymouth.enable=0';

export interface CommandLineRequest {
  /** Which live module the initrd has. */
  readonly flags: keyof typeof MEDIA_CHECK;
  /** What the description says. */
  readonly options: string;
  readonly volumeId: string;
  readonly persistent: boolean;
  /** File system for persistent changes; undefined leaves it to the initrd. */
  readonly persistentFileSystem: string | undefined;
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
  const joined = (...parts: string[]) => parts.filter((part) => part !== '').join(' ');
  const options = request.options.trim().replace(/\s+/g, ' ');
  const normal = joined(options, ...live);
  return {
    normal,
    failsafe: joined(options, FAILSAFE, ...live),
    mediaCheck: joined(MEDIA_CHECK[request.flags], PLAIN_CONSOLE, normal),
  };
}
