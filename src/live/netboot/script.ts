// The iPXE script of a netboot set (https://ipxe.org/scripting), with the command line of dracut's module livenet (dracut.cmdline(7)).

import { withoutEnd } from '../../bytes/index.js';
import { InvalidInputError } from '../../errors.js';
import { placeOf } from '../description/index.js';
import type { BuildPlan } from '../plan/build-plan.js';

/** Names of the files of a set. */
export const NETBOOT_FILES = { kernel: 'linux', initrd: 'initrd', rootImage: 'root.img', script: 'boot.ipxe' } as const;

const DEFAULT_URL = `http://\${next-server}`;
/** Texts with a meaning in a line of a script: settings, comments, and operators that are words. */
const SPECIAL = /\$\{|(?:^|\s)(?:#|(?:\|\||&&|;)(?:\s|$))/;
/** The options that find a medium, or keep changes on it. */
const OF_MEDIUM = /^(?:root=|rd\.live\.overlay\.(?:persistent|cowfs)(?:=|$))/;

/** Throws {@link InvalidInputError} `live.menu-text` for kernel options that iPXE would not pass on. */
export function netbootScript({ description, menu, architecture }: BuildPlan, url = DEFAULT_URL): string {
  const { normal } = menu.commandLines;
  if (SPECIAL.test(normal)) {
    const message = 'kernelcmdline has words with another meaning in an iPXE script: ${, #, ||, && or ;.';
    throw new InvalidInputError('live.menu-text', message, placeOf(description, 'kernelcmdline'));
  }
  const { kernel, initrd, rootImage } = NETBOOT_FILES;
  const words = normal.split(' ').filter((word) => !OF_MEDIUM.test(word));
  const network = words.some((word) => word.startsWith('ip=')) ? [] : ['ip=dhcp'];
  const line = [
    ...['kernel', `\${base}/${kernel}`, `initrd=${initrd}`, `root=live:\${base}/${rootImage}`],
    ...words,
    ...['rd.neednet=1', ...network],
  ];
  const title = [description.name, description.version, architecture.machine].join(' ').replace(/[^\x20-\x7e]/g, '?');
  return [
    '#!ipxe',
    `# ${title}`,
    // A script that chains to this one may choose another server.
    `isset \${base} || set base ${withoutEnd(url, '/')}`,
    line.join(' '),
    `initrd \${base}/${initrd}`,
    'boot',
    '',
  ].join('\n');
}
