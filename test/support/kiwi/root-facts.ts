// The root image: the squashfs as unsquashfs reports it, the file system in it as dumpe2fs does, its entries as the kernel
// shows them.
import { join } from 'node:path';
import { mounted, succeed } from '../tools.js';
import { describeDirectory } from '../trees.js';
import type { Facts, ImageFacts } from './facts.js';
import { numbered, shownEntry } from './shown.js';

export function rootFacts(squashfs: string, work: string): ImageFacts {
  return mounted(squashfs, join(work, 'outer'), () => {
    const rootfs = join(work, 'outer/LiveOS/rootfs.img');
    const entries = mounted(rootfs, join(work, 'inner'), () => describeDirectory(join(work, 'inner')));
    return {
      squashfs: new Map([...superblockFacts(squashfs), ...containerFacts(squashfs)]),
      'root file system': fileSystemFacts(rootfs),
      'root entries': new Map([...entries].map(([path, entry]) => [path, shownEntry(entry, { times: true })])),
    };
  });
}

/** `Name value` and `Things are so`. */
function superblockFacts(squashfs: string): Facts {
  const lines = succeed('unsquashfs', ['-s', squashfs]).split('\n');
  return numbered(
    lines.flatMap((line) => {
      if (/^(Creation or last append|Filesystem size|Found|$)/.test(line)) return [];
      const match = /^\s*(.*?)(?: are| is)? (\S+|not \S+)$/.exec(line.replace(' bytes', ''));
      return match ? [[match[1]!, match[2]!] as const] : [];
    }),
  );
}

/** The content of the squashfs, without times. */
function containerFacts(squashfs: string): Facts {
  const lines = succeed('unsquashfs', ['-lln', squashfs]).split('\n');
  return new Map(
    lines.flatMap((line) => {
      const match = /^(\S{10}) (\S+) +(\d+) \S+ \S+ squashfs-root(.*)$/.exec(line);
      if (!match) return [];
      const [, mode, owner, size, path] = match as unknown as string[];
      return [[`entry ${path}`, [mode, owner, mode!.startsWith('-') ? size : ''].join(' ').trim()] as const];
    }),
  );
}

function fileSystemFacts(rootfs: string): Facts {
  return numbered(
    succeed('dumpe2fs', ['-h', rootfs])
      .split('\n')
      .flatMap((line) => {
        const match = /^([A-Z][^:]+): +(.*)$/.exec(line);
        return match ? [[match[1]!, match[2]!] as const] : [];
      }),
  );
}
