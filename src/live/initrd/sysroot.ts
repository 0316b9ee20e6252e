// This machine's dracut on the root tree, if nothing can run inside it: dracut --sysroot, without any privilege.

import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type ByteString, bytesOf, displayText, fromText } from '../../bytes/index.js';
import { InvalidInputError, option, ToolError, wording } from '../../errors.js';
import { renderCpio } from '../../format/cpio/index.js';
import { type Run, smallBytes } from '../../io/index.js';
import { type FileTree, follow, glob, type Node } from '../../tree/index.js';
import { runTool } from '../tools/run-tool.js';
import { shellQuoted } from '../tools/shell.js';
import type { RunnableDracut } from './dracut.js';
import { NO_COMPRESS } from './live-modules.js';

export interface SysrootRequest {
  readonly root: FileTree;
  /** The directory that `root` was scanned from. */
  readonly rootDirectory: string;
  /** Machine that the tree is for; `ix86` for the 32-bit x86 family. */
  readonly machine: string;
  readonly workDirectory: string;
  /** Content of /.profile. */
  readonly profile: string;
  readonly epoch: number;
}

/** Directories in a tree for which dracut asks pkg-config, which would answer for this machine. */
const PLACES: Readonly<Record<string, readonly string[]>> = {
  systemdutildir: ['usr/lib/systemd', 'lib/systemd'],
  systemdsystemunitdir: ['usr/lib/systemd/system', 'lib/systemd/system'],
  systemdsystemconfdir: ['etc/systemd/system'],
  systemdutilconfdir: ['etc/systemd'],
  udevdir: ['usr/lib/udev', 'lib/udev'],
  tmpfilesdir: ['usr/lib/tmpfiles.d'],
  dbus: ['usr/share/dbus-1'],
  dbusconfdir: ['etc/dbus-1'],
};

/** Directories of a tree's libraries and loader, in addition to those in its ld.so.conf. */
const LIBRARIES = [
  ...['lib', 'lib64', 'usr/lib', 'usr/lib64', 'lib/*-linux-*', 'usr/lib/*-linux-*'],
  ...['lib/systemd', 'usr/lib/systemd', 'usr/lib/*-linux-*/systemd'],
];
const LOADERS = [
  ...['usr/lib/*-linux-*/ld-linux*', 'lib/*-linux-*/ld-linux*', 'usr/lib64/ld-linux*', 'lib64/ld-linux*'],
  ...['usr/lib/ld-linux*', 'lib/ld-linux*', 'usr/lib64/ld64.so.*', 'lib64/ld64.so.*', 'lib/ld-musl-*'],
];

/** The tool that dracut asks for the libraries of a program: it runs the tree's loader, and prints paths inside the tree. */
const LDD = `
case $1 in "$root"/*) program=$1 ;; *) program=$root$1 ;; esac
"$root/$loader" --library-path "$libraries" --list "$program" 2>&1 | while IFS= read -r line; do
  case $line in
    *"$root"*) printf '%s%s\\n' "\${line%%"$root"*}" "\${line#*"$root"}" ;;
    *) printf '%s\\n' "$line" ;;
  esac
done
`;

/** Machines with another name in the kernel, and therefore in dracut, which chooses drivers by it. */
const KERNEL_NAMES: Readonly<Record<string, string>> = { ix86: 'i686', arm64: 'aarch64' };

/** A larger file is not a list of directories for a loader. */
const LARGEST_CONFIGURATION = 128 * 1024;

/** Paths of dracut's program that copies files into an initrd, in a tree and on this machine. */
const INSTALLER = '/usr/lib/dracut/dracut-install';

export interface Sysroot {
  readonly runnable: RunnableDracut;
  /** The dracut of this machine, by its version. */
  readonly version: string;
}

/**
 * Prepares this machine's dracut. Throws {@link ToolError}: `tool.missing` if there is none, `live.foreign-loader` if
 * this machine cannot run programs of the tree's architecture, not even by emulation.
 */
export async function openSysroot(request: SysrootRequest, run: Run): Promise<Sysroot> {
  const { rootDirectory, workDirectory, epoch } = request;
  const outside = join(workDirectory, 'sysroot');
  await mkdir(outside, { recursive: true });
  const ldd = join(outside, 'ldd');
  const loader = findLoader(request.root);
  await writeFile(ldd, await lddScript(request, loader, run), { mode: 0o755 });
  const own = { DRACUT_LDD: ldd, DRACUT_ARCH: KERNEL_NAMES[request.machine] ?? request.machine };
  const environment = { ...environmentOf(request.root), ...(await installerOf(request, run)), ...own };
  const call = (args: readonly string[], aborting: Run, onLine?: (line: string) => void) =>
    runTool(
      {
        program: 'dracut',
        args,
        name: 'dracut (of this machine, on the root tree)',
        hint: wording`Install dracut here (dracut-core on Debian), or give a ready initrd with ${option('initrd.file', 'FILE')}.`,
        epoch,
        environment: { ...environment, TMPDIR: outside },
        ...(onLine ? { onLine } : {}),
      },
      aborting,
    );
  const said: string[] = [];
  await call(['--version'], run, (line) => said.push(line)).catch((error) => {
    // dracut 059 ends with status 1 after its version.
    if (!(error instanceof ToolError) || error.code !== 'tool.failed' || said.length === 0) throw error;
  });
  const options: string[] = [];
  await call(['--help'], run, (line) => options.push(line)).catch((error) => {
    // dracut 059 also ends with status 1 after its help.
    if (!(error instanceof ToolError) || error.code !== 'tool.failed') throw error;
  });
  const program = join(rootDirectory, loader);
  if (!(await runs(program, ['--list', program], epoch, run))) throw foreignLoader(loader);
  const runnable: RunnableDracut = {
    outside,
    inside: outside,
    // Nothing to install: dracut looks for everything in the tree.
    options: shellOptions(request.root),
    canLeave: options.some((line) => line.includes(NO_COMPRESS)),
    modules: undefined,
    appended: renderCpio([
      { path: fromText('.profile'), mode: 0o644, mtime: epoch, bytes: bytesOf(fromText(request.profile)) },
    ]),
    call: (args, aborting, onLine) =>
      call(['--sysroot', rootDirectory, '--tmpdir', outside, ...args], aborting, onLine),
  };
  return { runnable, version: said.join('\n') };
}

function environmentOf(root: FileTree): Record<string, string> {
  return Object.fromEntries(
    Object.entries(PLACES).flatMap(([name, places]) => {
      const place = places.find((path) => follow(root, path)?.kind === 'directory');
      return place === undefined ? [] : [[name, `/${place}`]];
    }),
  );
}

/** The program in a tree for another machine does not run here; that of this machine does the same. */
async function installerOf({ rootDirectory, epoch }: SysrootRequest, run: Run): Promise<Record<string, string>> {
  const own = await runs(join(rootDirectory, INSTALLER), ['--help'], epoch, run);
  return own ? {} : { DRACUT_INSTALL: INSTALLER };
}

async function runs(program: string, args: readonly string[], epoch: number, run: Run): Promise<boolean> {
  try {
    await runTool({ program, args, epoch, hint: '' }, run);
    return true;
  } catch (error) {
    if (!(error instanceof ToolError)) throw error;
    return false;
  }
}

function foreignLoader(loader: string): ToolError {
  return new ToolError(
    'live.foreign-loader',
    `The loader of the root tree, ${loader}, does not run here, so the libraries of a program cannot be found.`,
    {
      hint: wording`Install qemu-user-static and binfmt-support, or give a ready initrd with ${option('initrd.file', 'FILE')}.`,
    },
  );
}

/** Path of the tree's loader inside it. */
function findLoader(root: FileTree): string {
  const loader = LOADERS.flatMap((pattern) => glob(root, pattern)).find(({ path }) => isPlainFile(root, path));
  if (loader) return displayText(loader.path);
  throw new InvalidInputError('live.no-loader', 'The root tree has no loader for its programs (ld-linux, ld-musl).', {
    hint: wording`Give a ready initrd with ${option('initrd.file', 'FILE')}.`,
  });
}

async function lddScript({ root, rootDirectory }: SysrootRequest, loader: string, run: Run): Promise<string> {
  const found = LIBRARIES.flatMap((pattern) => glob(root, pattern)).filter(({ node }) => node.kind === 'directory');
  const paths = found.map(({ path }) => displayText(path));
  for (const { node } of glob(root, 'etc/ld.so.conf.d/*.conf')) paths.push(...(await directoriesOf(node, run)));
  const values = {
    root: rootDirectory,
    loader,
    libraries: [...new Set(paths.map((path) => join(rootDirectory, path)))].join(':'),
  };
  const settings = Object.entries(values).map(([name, value]) => `${name}=${shellQuoted(value)}\n`);
  return `#!/bin/sh\n${settings.join('')}${LDD}`;
}

/**
 * The initrd's `sh` must be bash, for which kiwi-live is written. Inside the tree dracut ensures that; from outside
 * the first script that it installs brings the tree's `sh` along.
 */
function shellOptions(root: FileTree): string[] {
  const there = ['usr/bin/bash', 'bin/bash'].some((path) => follow(root, path) !== undefined);
  return there ? ['--add', ' bash '] : [];
}

/** Not reached through a symbolic link: an absolute one would lead to this machine's loader. */
function isPlainFile(root: FileTree, path: ByteString): boolean {
  const parent = follow(root, path.slice(0, path.lastIndexOf('/') + 1));
  return (
    parent?.kind === 'directory' &&
    parent.entries.get(path.slice(path.lastIndexOf('/') + 1) as ByteString)?.kind === 'file'
  );
}

/** The directories that a file of ld.so.conf(5) names. */
async function directoriesOf(node: Node, run: Run): Promise<string[]> {
  if (node.kind !== 'file') return [];
  const bytes = await smallBytes(node.content, run, LARGEST_CONFIGURATION);
  const lines = Buffer.from(bytes ?? [])
    .toString('latin1')
    .split('\n');
  return lines.map((line) => line.trim()).filter((line) => line.startsWith('/'));
}
