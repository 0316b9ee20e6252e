// A guest that only mounts: a distribution's kernel with drivers that this machine may lack shows what it finds on an image.
// Kernel and modules come from the tests' Debian root tree or from this machine; only busybox and stat run in the guest.
import { copyFileSync, cpSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { presentDebianRoot } from './debian-root.js';
import { judge, oracle, oraclesRequired } from './oracle.js';
import { bootUntil, missingForBoot } from './qemu.js';
import type { EntryDescription } from './trees.js';

const MODULES = [
  'virtio_pci',
  'virtio_blk',
  'isofs',
  'udf',
  'vfat',
  'nls_utf8',
  'nls_cp437',
  'nls_ascii',
  'nls_iso8859-1',
];
const END = 'isopress: guest done';

/** The end of one GiB and the start of the next in one call: calls are slow in the guest. */
const SAMPLES = `#!/bin/sh
last=$(( $(stat -c %s "$1") / 65536 ))
at=16384
{
  dd if="$1" bs=65536 count=1
  while [ $at -lt $last ]; do
    dd if="$1" bs=65536 count=2 skip=$((at - 1))
    at=$((at + 16384))
  done
  dd if="$1" bs=65536 count=1 skip=$((last - 1))
} 2>/dev/null
`;

/** A kernel that a guest runs. */
export interface GuestKernel {
  readonly image: string;
  /** Directory of its modules. */
  readonly modules: string;
}

/** A kernel with loadable drivers for ISO 9660 and UDF. */
export function findKernel(): GuestKernel | undefined {
  for (const root of [presentDebianRoot(), '/']) {
    const all = root && join(root, 'lib/modules');
    if (!all || !existsSync(all)) continue;
    for (const version of readdirSync(all).sort().reverse()) {
      const kernel = { image: join(root, `boot/vmlinuz-${version}`), modules: join(all, version) };
      const dep = join(kernel.modules, 'modules.dep');
      if (existsSync(kernel.image) && existsSync(dep) && /\/udf\.ko/.test(readFileSync(dep, 'utf8'))) return kernel;
    }
  }
  return undefined;
}

/** `test` for what a guest's kernel is to judge. */
export function guestOracle() {
  const tools = oracle('qemu-system-x86_64', 'busybox', 'cpio');
  if (findKernel() && missingForBoot().length === 0) return tools;
  return oraclesRequired ? tools : tools.skip;
}

/** One mount in the guest: what follows `mount -r`. */
export interface GuestMount {
  readonly name: string;
  /** `-t udf /dev/vda` */
  readonly mount: string;
  /** Digest the first and last 64 KiB of every GiB of each file only, for files too large to be read whole. Default false. */
  readonly samplesOnly?: boolean;
}

/** Output of the guest's stat for an entry, in addition to descriptions of trees. */
export interface GuestEntry extends EntryDescription {
  /** How many names it has, as the file system says. */
  readonly links: number;
}

/**
 * The guest's view of every mount, by its name; comparable with `describeTree` except for link counts. The images are its disks
 * from /dev/vda on: one guest for several, since starting it takes most of the time.
 */
export async function mountInGuest(
  images: string | readonly [string, ...string[]],
  mounts: readonly GuestMount[],
  work: string,
  seconds = 240,
): Promise<Map<string, Map<string, GuestEntry>>> {
  const kernel = findKernel()!;
  const [image, ...others] = typeof images === 'string' ? [images] : images;
  // Only GNU stat prints fractions of a second.
  const stat = findProgram('stat');
  const files = { samples: SAMPLES };
  const script = (modules: readonly string[]) => mountScript(modules, mounts, stat);
  const initrd = packGuest(kernel, { modules: MODULES, programs: [stat], files, script }, join(work, 'guest'));
  const record = join(work, 'guest.record');
  const machine = {
    image,
    as: 'disk',
    memory: 512,
    extra: [
      ...['-kernel', kernel.image, '-initrd', initrd, '-append', 'console=ttyS0 quiet panic=-1'],
      ...['-serial', `file:${record}`],
      ...others.flatMap((other) => ['-drive', `file=${other},format=raw,if=virtio,readonly=on`]),
    ],
  } as const;
  await bootUntil(machine, END, seconds);
  return parseRecord(readFileSync(record, 'latin1'));
}

/** Programs, drivers and files of a guest besides busybox. */
export interface GuestContent {
  /** Drivers; those that are built into the kernel are passed over. */
  readonly modules: readonly string[];
  /** Paths of programs of this machine. */
  readonly programs?: readonly string[];
  readonly files?: Readonly<Record<string, string>>;
  /** `/init`; gets the names of all drivers in `/modules`, in the order in which they are loaded. */
  script(modules: readonly string[]): string;
}

/** Packs an initrd, and returns its path. */
export function packGuest(kernel: GuestKernel, content: GuestContent, top: string): string {
  for (const dir of ['bin', 'modules', 'proc', 'sys', 'dev', 'mnt', 'tmp'])
    mkdirSync(join(top, dir), { recursive: true });
  copyFileSync(findProgram('busybox'), join(top, 'bin/busybox'));
  for (const path of (content.programs ?? []).flatMap((program) => [program, ...libraries(program)])) {
    mkdirSync(join(top, dirname(path)), { recursive: true });
    cpSync(path, join(top, path), { dereference: true });
  }
  const order = moduleOrder(kernel, content.modules);
  for (const path of order) unpackModule(join(kernel.modules, path), join(top, 'modules'));
  const files = { ...content.files, init: content.script(order.map(plainName)) };
  for (const [name, text] of Object.entries(files)) writeFileSync(join(top, name), text, { mode: 0o755 });
  const list = judge('find', ['.'], { cwd: top }).stdout;
  judge('cpio', ['-o', '-H', 'newc', '-O', `${top}.cpio`], { cwd: top, input: list });
  return `${top}.cpio`;
}

function findProgram(name: string): string {
  return judge('sh', ['-c', `command -v ${name}`]).stdout.trim();
}

function libraries(program: string): string[] {
  return [...judge('ldd', [program]).stdout.matchAll(/(\/\S+) \(0x/g)].map((match) => match[1]!);
}

/** The modules with all that they need before them. */
function moduleOrder({ modules }: GuestKernel, wanted: readonly string[]): string[] {
  const needs = new Map<string, string[]>();
  for (const line of readFileSync(join(modules, 'modules.dep'), 'utf8').split('\n')) {
    const [path, rest = ''] = line.split(': ');
    if (path) needs.set(path.replace(/:$/, ''), rest.split(' ').filter(Boolean));
  }
  const order: string[] = [];
  const visit = (path: string) => {
    if (order.includes(path)) return;
    for (const need of needs.get(path) ?? []) visit(need);
    order.push(path);
  };
  for (const name of wanted) {
    // Drivers that are not modules are built in.
    const path = [...needs.keys()].find((one) => plainName(one) === `${name}.ko`);
    if (path) visit(path);
  }
  return order;
}

const plainName = (path: string) => basename(path).replace(/\.(xz|zst|gz)$/, '');

function unpackModule(path: string, into: string): void {
  const target = join(into, plainName(path));
  const tool = { '.xz': 'xz', '.zst': 'zstd', '.gz': 'gzip' }[/\.(xz|zst|gz)$/.exec(path)?.[0] ?? ''];
  if (tool) writeFileSync(target, judge(tool, ['-dc', path]).stdout, 'latin1');
  else copyFileSync(path, target);
}

function mountScript(modules: readonly string[], mounts: readonly GuestMount[], stat: string): string {
  const describe = String.raw`
describe() { # how to read a file
  cd /mnt
  find . -exec ${stat} --printf 'entry\t%f\t%u\t%g\t%s\t%.9Y\t%h\t%t\t%T\t%i\t%n\0' {} +
  find . -type f -exec sh -c 'set -- "$1" $($0 "$1" | sha256sum); printf "sha256\t%s\t%s\0" "$2" "$1"' $1 {} \;
  find . -type l -exec sh -c 'printf "target\t"; readlink -n "$1"; printf "\t%s\0" "$1"' _ {} \;
  cd /
}`;
  return [
    '#!/bin/busybox sh',
    '/bin/busybox --install -s /bin',
    'export PATH=/bin LC_ALL=C',
    'mount -t proc proc /proc; mount -t sysfs sysfs /sys; mount -t devtmpfs dev /dev',
    ...modules.map((name) => `insmod /modules/${name}`),
    describe,
    ...mounts.map(
      ({ name, mount, samplesOnly }) =>
        `{ printf 'mount\\t${name}\\0'; mount -r ${mount} /mnt && describe ${samplesOnly ? '/samples' : 'cat'} && umount /mnt; } 2>/dev/console | base64 > /dev/ttyS1; echo '=' > /dev/ttyS1`,
    ),
    'sync; sleep 1',
    `echo '${END}' > /dev/console`,
    'poweroff -f',
    '',
  ].join('\n');
}

const KINDS: Readonly<Record<number, string>> = {
  1: 'fifo',
  2: 'character-device',
  4: 'directory',
  6: 'block-device',
  8: 'file',
  10: 'symlink',
  12: 'socket',
};

type Draft = { -readonly [K in keyof GuestEntry]: GuestEntry[K] };

function parseRecord(record: string): Map<string, Map<string, GuestEntry>> {
  const result = new Map<string, Map<string, GuestEntry>>();
  for (const part of record.split(/^=\r?$/m)) {
    const text = Buffer.from(part.replaceAll(/\s/g, ''), 'base64').toString('latin1');
    const [first = '', ...lines] = text.split('\0');
    if (first.startsWith('mount\t')) result.set(first.slice(6), entriesOf(lines));
  }
  return result;
}

function entriesOf(lines: readonly string[]): Map<string, Draft> {
  const entries = new Map<string, Draft>();
  const inodes = new Map<string, string[]>();
  const pathOf = (shown: string) => shown.replace(/^\.\/?/, '');
  for (const line of lines) {
    const [what, ...rest] = line.split('\t');
    if (what === 'entry') {
      const [mode, uid, gid, size, time, links, major, minor, inode, ...name] = rest as string[];
      const path = pathOf(name.join('\t'));
      const raw = Number.parseInt(mode!, 16);
      const kind = KINDS[raw >> 12]!;
      const [seconds, fraction = '0'] = time!.split('.');
      const entry: Draft = {
        kind,
        mode: kind === 'symlink' ? 0o777 : raw & 0o7777,
        uid: Number(uid),
        gid: Number(gid),
        mtime: { seconds: Number(seconds), nanoseconds: Number(fraction) },
        xattrs: [],
        links: Number(links),
        ...(kind === 'file' ? { size: Number(size) } : {}),
        ...(/device/.test(kind) ? { device: [Number.parseInt(major!, 16), Number.parseInt(minor!, 16)] as const } : {}),
      };
      entries.set(path, entry);
      if (kind !== 'directory') inodes.set(inode!, [...(inodes.get(inode!) ?? []), path]);
    } else if (what === 'sha256') {
      entries.get(pathOf(rest.slice(1).join('\t')))!.sha256 = rest[0]!;
    } else if (what === 'target') {
      entries.get(pathOf(rest.slice(1).join('\t')))!.target = rest[0]!;
    }
  }
  for (const paths of inodes.values()) {
    if (paths.length < 2) continue;
    const [linkedTo] = paths.sort();
    for (const path of paths) entries.get(path)!.linkedTo = linkedTo!;
  }
  return entries;
}
