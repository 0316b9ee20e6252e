// Runs programs of a root tree inside it, with the tree read-only: in a private mount namespace a scratch
// root is laid out in memory, the tree's top directories are bound into it read-only, and /dev, /proc, /run, /tmp are
// new. As root by chroot, as an ordinary user inside a user namespace. All of it disappears with the program.

import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { type Message, option, ToolError, wording } from '../../errors.js';
import type { Run } from '../../io/index.js';
import { runTool } from '../tools/run-tool.js';
import { CONFIGURATION } from './live-modules.js';

export type InsideMode = 'chroot' | 'userns';

export interface InsideRequest {
  /** The root tree. */
  readonly root: string;
  /** A scratch directory; the exchange directory of programs is below it. */
  readonly workDirectory: string;
  /** Tried in this order. Only trying shows what works: root may lack the right to mount, and users that to namespaces. */
  readonly modes: readonly InsideMode[];
  /** Content of /.profile in the tree. */
  readonly profile: string;
  readonly epoch: number;
}

export interface InsideRoot {
  readonly mode: InsideMode;
  /** The exchange directory as this program sees it. */
  readonly outside: string;
  /** The same directory as programs inside see it. */
  readonly inside: string;
  run(program: string, args: readonly string[], run: Run, options?: InsideRunOptions): Promise<void>;
}

/** How a program is run inside the tree. */
export interface InsideRunOptions {
  /** Each line that the program prints. */
  readonly onLine?: ((line: string) => void) | undefined;
  /** Content of /etc/dracut.conf.d/02-livecd.conf, in addition to the tree's configuration. Default: there is none. */
  readonly configuration?: string | undefined;
}

const EXCHANGE = '/run/isopress';

/**
 * The rights of root that dracut needs: to read and copy everything with its owner and mode, to make the device nodes of an
 * initrd, and to run ldconfig in a directory. It does not mount, loads modules, traces, opens devices or configures a network.
 */
const KEPT = ['chown', 'dac_override', 'dac_read_search', 'fowner', 'fsetid', 'mknod', 'setfcap', 'sys_chroot'];

// Positional parameters: root tree, mount point, exchange directory, text of /.profile, capabilities to keep (none: all),
// name and text of dracut's configuration, program, its arguments.
const SCRIPT = `
set -eu
umask 022
root=$1 view=$2 exchange=$3 profile=$4 keep=$5 file=$6 configuration=$7
shift 7
mount -t tmpfs -o mode=0755,nodev,nosuid isopress "$view"
# The bind mounts keep the options of the file system below: a user namespace may not lift nosuid or nodev.
options=$(findmnt -n -o VFS-OPTIONS -T "$root")
options=ro\${options#r?},nodev,nosuid
bind() {
  mount --bind "$1" "$2"
  mount -o "remount,bind,$options" "$2"
}
for entry in "$root"/* "$root"/.[!.]*; do
  name=\${entry##*/}
  case $name in dev | proc | sys | run | tmp | .profile) continue ;; esac
  if [ -L "$entry" ]; then
    ln -s -- "$(readlink "$entry")" "$view/$name"
  elif [ -d "$entry" ]; then
    mkdir "$view/$name"
    bind "$entry" "$view/$name"
  elif [ -f "$entry" ]; then
    : >"$view/$name"
    bind "$entry" "$view/$name"
  fi
done
mkdir "$view/dev" "$view/dev/shm" "$view/proc" "$view/sys" "$view/run" "$view/run/isopress" "$view/tmp"
chmod 1777 "$view/tmp" "$view/dev/shm"
if [ -d "$view/var/tmp" ]; then mount --bind "$view/tmp" "$view/var/tmp"; fi
# Mounting a new proc may be forbidden if the one of the host is partly covered; then that one is used.
mount -t proc proc "$view/proc" 2>/dev/null || mount --rbind /proc "$view/proc"
for device in null zero full random urandom tty; do
  [ -e "/dev/$device" ] || continue
  : >"$view/dev/$device"
  mount --bind "/dev/$device" "$view/dev/$device"
done
ln -s /proc/self/fd "$view/dev/fd"
ln -s fd/0 "$view/dev/stdin"
ln -s fd/1 "$view/dev/stdout"
ln -s fd/2 "$view/dev/stderr"
printf %s "$profile" >"$view/.profile"
# A copy of the tree's configuration lies over it, as nothing can be added to that. Links would lead out of the tree.
place=$view/etc/dracut.conf.d
if [ -n "$configuration" ] && [ -d "$place" ] && [ ! -L "$place" ] && [ ! -L "$view/etc" ]; then
  mkdir "$view/tmp/configuration"
  cp -RP "$place/." "$view/tmp/configuration"
  mount -t tmpfs -o mode=0755,nodev,nosuid isopress "$place"
  cp -RP "$view/tmp/configuration/." "$place"
  rm -r "$view/tmp/configuration"
  printf %s "$configuration" >"$place/$file"
fi
mount --bind "$exchange" "$view/run/isopress"
mount -o remount,bind,nodev,nosuid "$view/run/isopress"
cd "$view"
# Programs of the tree get no more of root's rights than dracut needs; they cannot get any back.
if [ -n "$keep" ]; then
  set -- setpriv --no-new-privs --bounding-set "-all$keep" --inh-caps -all --ambient-caps -all -- chroot "$view" "$@"
else
  set -- chroot "$view" "$@"
fi
exec "$@"
`;

/** Finds a way to run programs inside the tree that works here. Throws {@link ToolError} if there is none. */
export async function openRoot(request: InsideRequest, run: Run): Promise<InsideRoot> {
  const view = join(request.workDirectory, 'view');
  const outside = join(request.workDirectory, 'exchange');
  await mkdir(view, { recursive: true });
  await mkdir(outside, { recursive: true });
  const refusals: string[] = [];
  for (const mode of request.modes) {
    const inside = enter(request, mode, view, outside);
    try {
      await inside.run('true', [], run);
      return inside;
    } catch (error) {
      run.signal?.throwIfAborted();
      if (!(error instanceof ToolError)) throw error;
      refusals.push(`${mode}: ${error.message}`);
    }
  }
  throw new ToolError('live.no-way-inside', `Programs cannot be run inside the root tree. ${refusals.join(' ')}`, {
    hint: wording`Run as root, allow unprivileged user namespaces, install dracut here (dracut-core on Debian), or give a ready initrd with ${option('initrd.file', 'FILE')}.`,
  });
}

function enter(request: InsideRequest, mode: InsideMode, view: string, outside: string): InsideRoot {
  const namespaces = mode === 'userns' ? ['--user', '--map-root-user'] : [];
  // A user namespace has rights only over itself.
  const kept = mode === 'chroot' ? KEPT.map((name) => `,+${name}`).join('') : '';
  const start = [
    ...[...namespaces, '--mount', '--propagation', 'private', '--pid', '--fork'],
    // If this program ends, even by a kill, programs inside end too.
    ...['--kill-child', 'sh', '-c', SCRIPT, 'isopress', request.root, view, outside, request.profile, kept],
  ];
  return {
    mode,
    outside,
    inside: EXCHANGE,
    run: (program, args, run, { onLine, configuration = '' } = {}) =>
      runTool(
        {
          program: 'unshare',
          args: [...start, CONFIGURATION, configuration, program, ...args],
          name: `${program} (inside the root tree)`,
          hint: hintFor(mode),
          epoch: request.epoch,
          ...(onLine ? { onLine } : {}),
        },
        run,
      ),
  };
}

function hintFor(mode: InsideMode): Message {
  return mode === 'chroot'
    ? 'The programs unshare, findmnt, setpriv (util-linux) and mount must be installed here.'
    : wording`In a user namespace the root tree must belong to the user who runs the build; ${option('initrd.file', 'FILE')} avoids the need.`;
}
