// Live ISOs of the Debian root tree, for tests that boot them: the menu and the system speak on the serial port.
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { quietRun } from '../../src/io/content.js';
import {
  type BuildReport,
  buildLiveIso,
  type InitrdCompressionRequest,
  type InitrdOptions,
  type MediumOptions,
} from '../../src/live/index.js';
import { testCache } from './debian-root.js';
import { oncePerMachine } from './once.js';
import { judge } from './oracle.js';

export type Flags = 'overlay' | 'dmsquash';

/** Which of the live modules' flags the tree has the modules for; the better one first. */
export function flagsOf(root: string): readonly Flags[] {
  const modules = join(root, 'usr/lib/dracut/modules.d');
  const known = { overlay: '90kiwi-live', dmsquash: '90dmsquash-live' } as const;
  return (['overlay', 'dmsquash'] as const).filter((flags) => existsSync(join(modules, known[flags])));
}

/** Path of an initrd of this tree for these flags, made once per machine: by its own dracut, or by this machine's. */
export async function debianInitrd(
  root: string,
  flags: Flags,
  dracut: InitrdOptions['dracut'] = 'auto',
): Promise<string> {
  const path = resolve(root);
  const { mtimeMs } = statSync(join(path, 'var/lib/dpkg/status'));
  const key = createHash('sha256').update([path, mtimeMs, flags, dracut].join('\0')).digest('hex').slice(0, 8);
  const directory = await oncePerMachine(`initrd-${key}`, async (into) => {
    const options = {
      input: { root },
      description: { directory: 'fixtures/debian-live', typeAttributes: { flags } },
      initrd: { dracut, cacheDirectory: join(testCache(), 'initrds') },
      compression: { name: 'lz4', level: 1 },
      targetDirectory: into,
    } as const;
    const { image, architecture } = await buildLiveIso(options, quietRun(2));
    const loader = `/boot/${architecture}/loader/initrd`;
    judge('xorriso', ['-osirrox', 'on', '-indev', image, '-extract', loader, join(into, 'initrd')]);
    rmSync(image);
  });
  return join(directory, 'initrd');
}

export interface DebianIso {
  readonly flags: Flags;
  readonly medium?: MediumOptions;
  /** How the initrd is made. */
  readonly dracut?: NonNullable<InitrdOptions['dracut']>;
  /** The initrd is compressed again like this. */
  readonly compression?: InitrdCompressionRequest;
  /** More attributes of the type. */
  readonly type?: string;
  /** More options for the kernel. */
  readonly commandLine?: string;
  /** Whether the live module of the initrd mounts root images of any kind, as that of dracut 103 and newer does. */
  readonly mountsAny?: true;
  /** The kernel's name of the serial port. Default `ttyS0`. */
  readonly console?: string;
}

/** Presses the ISO in a new directory below `scratch`. */
export async function pressDebian(root: string, iso: DebianIso, scratch: string): Promise<BuildReport> {
  const { flags, type = '', commandLine = '', console = 'ttyS0', medium = {}, dracut, compression } = iso;
  const work = mkdtempSync(join(scratch, 'iso-'));
  const [description, targetDirectory] = [join(work, 'description'), join(work, 'results')];
  for (const directory of [description, targetDirectory]) mkdirSync(directory, { recursive: true });
  writeFileSync(
    join(description, 'config.xml'),
    bootDescription(flags, type, `console=${console},115200 ${commandLine}`),
  );
  const made = compression ? '' : await debianInitrd(root, flags, dracut);
  const file = iso.mountsAny ? mountingAny(root, made, work) : made;
  const initrd = compression ? { compression } : { file };
  const request = { input: { root }, description: { directory: description }, initrd, medium, targetDirectory };
  return buildLiveIso({ ...request, compression: { level: 1 } }, quietRun(2));
}

/** The initrd, and after it an archive whose script takes the place of that of dracut 059, which mounts squashfs alone. */
function mountingAny(root: string, initrd: string, work: string): string {
  const script = join(work, 'usr/sbin/dmsquash-live-root');
  const theirs = readFileSync(join(root, 'usr/lib/dracut/modules.d/90dmsquash-live/dmsquash-live-root.sh'), 'latin1');
  mkdirSync(dirname(script), { recursive: true });
  writeFileSync(script, theirs.replace('-t squashfs', '-t auto'), { encoding: 'latin1', mode: 0o755 });
  const archive = judge('cpio', ['--quiet', '-o', '-H', 'newc', '-R', '0:0'], {
    input: 'usr/sbin/dmsquash-live-root\n',
    cwd: work,
  });
  const path = join(work, 'initrd');
  const first = readFileSync(initrd);
  // Archives start at multiples of four bytes.
  const padding = Buffer.alloc(-first.length & 3);
  writeFileSync(path, Buffer.concat([first, padding, Buffer.from(archive.stdout, 'latin1')]));
  return path;
}

/**
 * Text of a description whose menu and system use a serial port. `tty0` comes first: what the initrd asks and says goes to the last console. `nomodeset`, because a graphics driver keeps an
 * emulated processor busy long enough for the kernel to report a lockup.
 */
export function bootDescription(flags: Flags, type: string, commandLine: string): string {
  const kernel = `console=tty0 nomodeset ${commandLine}`.trim();
  return `<image schemaversion="8.0" name="debian-boot" displayname="Debian">
    <description type="system"><author>a</author><contact>c</contact><specification>s</specification></description>
    <preferences><version>12.0.0</version><packagemanager>apt</packagemanager>
    <type image="iso" flags="${flags}" volid="DEBIAN_BOOT" squashfscompression="gzip" kernelcmdline="${kernel}" ${type}>
    <bootloader name="grub2" timeout="60" output_console="serial" input_console="serial" serial_line="serial --speed=115200"/>
    </type></preferences>
    <packages type="image"><package name="kiwi-dracut-live"/></packages></image>`;
}
