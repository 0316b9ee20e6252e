// The files of ISOLINUX on the medium: its image, its modules, and the boot code for disks. Files of the root tree come first;
// the boot code may be this machine's, as it is not part of a running system. https://wiki.syslinux.org/wiki/index.php?title=ISOLINUX

import { readFile } from 'node:fs/promises';
import { compareBytes, fromText, withoutEnd } from '../../bytes/index.js';
import { InvalidInputError, option, wording } from '../../errors.js';
import { collect, type ExactContent, type Run } from '../../io/index.js';
import { type Directory, type File, type FileTree, follow } from '../../tree/index.js';

export interface IsolinuxFiles {
  /** By their names in the loader directory, `isolinux.bin` included. */
  readonly files: ReadonlyMap<string, File<ExactContent>>;
  /** Boot code for the MBR; undefined if it was not asked for. */
  readonly hybridMbr: Uint8Array | undefined;
}

/** Directories of the distributions, in KIWI's order. */
const directories = [
  'usr/share/syslinux',
  'usr/lib/syslinux/bios',
  'usr/lib/syslinux/modules/bios',
  'usr/lib/ISOLINUX',
] as const;

const IMAGE = 'isolinux.bin';
const HYBRID_MBR = 'isohdpfx.bin';
/** ISOLINUX 5 and later keep their core in a separate file. */
const CORE = 'ldlinux.c32';

const names = [
  ...[IMAGE, CORE, 'libcom32.c32', 'libutil.c32', 'gfxboot.c32', 'gfxboot.com'],
  ...['menu.c32', 'chain.c32', 'mboot.c32'],
];

/**
 * Looks all files up. Throws {@link InvalidInputError} `live.no-isolinux` if the image or its core is missing, and
 * `live.no-isohybrid` if the medium shall boot from disks and there is no boot code for them.
 */
export async function findIsolinux(root: FileTree, hybrid: boolean, run: Run): Promise<IsolinuxFiles> {
  const files = new Map<string, File<ExactContent>>();
  for (const name of names) {
    const found = find(root, name);
    if (found) files.set(name, found);
  }
  const image = files.get(IMAGE);
  if (!image) throw isolinuxMissing(IMAGE);
  const text = Buffer.from(await collect(image.content, run)).toString('latin1');
  if (text.includes(CORE) && !files.has(CORE)) throw isolinuxMissing(CORE);
  return { files, hybridMbr: hybrid ? await findHybridMbr(root, run) : undefined };
}

/** Whether the root tree has ISOLINUX's image. */
export function hasIsolinux(root: FileTree): boolean {
  return find(root, IMAGE) !== undefined;
}

async function findHybridMbr(root: FileTree, run: Run): Promise<Uint8Array> {
  const found = find(root, HYBRID_MBR);
  if (found) return collect(found.content, run);
  for (const directory of directories) {
    const code = await readFile(`/${directory}/${HYBRID_MBR}`).catch(() => undefined);
    if (code) return code;
  }
  const message = `There is no ${HYBRID_MBR}, with which ISOLINUX boots from disks, in the root tree or on this machine.`;
  throw new InvalidInputError('live.no-isohybrid', message, {
    hint: `Install isolinux on Debian, syslinux elsewhere. Looked in ${directories.join(', ')}.`,
  });
}

function find(root: FileTree, name: string): File<ExactContent> | undefined {
  for (const directory of directories) {
    const node = follow(root, `${directory}/${name}`);
    if (node?.kind === 'file') return node;
  }
  return undefined;
}

function isolinuxMissing(name: string): InvalidInputError {
  return new InvalidInputError(
    'live.no-isolinux',
    `The root tree has no ${name}, which a medium with ISOLINUX needs.`,
    {
      hint: wording`Install isolinux and syslinux-common (Debian) or syslinux (SUSE, Fedora) into it, or choose ${option('layout', 'grub')}.`,
    },
  );
}

/** gfxboot: a graphical menu, a separate program with its pictures and texts. */
export interface GfxbootTheme {
  /** Files and directories by their names in the loader directory. */
  readonly files: ReadonlyMap<string, File<ExactContent> | Directory>;
  /** Whether it has the program that ISOLINUX starts; a theme may lack it. */
  readonly hasLogo: boolean;
}

/** The theme of that name, if the root tree has one for CDs. */
export function findGfxboot(root: FileTree, theme: string | undefined): GfxbootTheme | undefined {
  if (theme === undefined) return undefined;
  const base = `etc/bootsplash/themes/${theme}`;
  const directory = follow(root, `${base}/cdrom`);
  if (directory?.kind !== 'directory' || !directory.entries.has(fromText('gfxboot.cfg'))) return undefined;
  const files = new Map<string, File<ExactContent> | Directory>();
  for (const name of [...directory.entries.keys()].sort(compareBytes)) {
    const node = follow(root, `${base}/cdrom/${name}`);
    if (node?.kind === 'file' || node?.kind === 'directory') files.set(name, node);
  }
  const message = follow(root, `${base}/bootloader/message`);
  if (message?.kind === 'file') files.set('message', message);
  return { files, hasLogo: files.has('bootlogo') };
}

/**
 * gfxboot.cfg with `install::autodown=0`, which keeps the selection where it is when a function key is pressed for the
 * first time. The file has sections in brackets and `key=value` lines.
 */
export function withoutAutodown(config: string): string {
  const lines = config.split('\n');
  const start = lines.findIndex((line) => line.trim() === '[install]');
  if (start < 0) return `${withoutEnd(config, '\n')}\n\n[install]\nautodown=0\n`;
  const next = lines.findIndex((line, i) => i > start && /^\s*\[/.test(line));
  const end = next < 0 ? lines.length : next;
  const known = lines.findIndex((line, i) => i > start && i < end && /^\s*autodown\s*=/.test(line));
  if (known >= 0) lines[known] = 'autodown=0';
  else lines.splice(start + 1, 0, 'autodown=0');
  return lines.join('\n');
}
