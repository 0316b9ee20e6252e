// Users and groups of this machine by name, as mksquashfs looks up those of its definitions.

import { readFileSync } from 'node:fs';
import type { OwnerNames } from '../tree/index.js';

/** Read when the first name is asked for. */
export function machineOwners(): OwnerNames {
  return { user: numbersOf('/etc/passwd'), group: numbersOf('/etc/group') };
}

/** The first entry of a name counts, as for getpwnam(3). */
function numbersOf(path: string): (name: string) => number | undefined {
  let numbers: Map<string, number> | undefined;
  return (name) => {
    numbers ??= new Map(entriesOf(path).toReversed());
    return numbers.get(name);
  };
}

function entriesOf(path: string): [name: string, id: number][] {
  let text = '';
  try {
    text = readFileSync(path, 'latin1');
  } catch {
    // A missing file means no names.
  }
  return text.split('\n').flatMap((line) => {
    const [name = '', , id = ''] = line.split(':');
    return name !== '' && /^\d{1,10}$/.test(id) ? [[name, Number(id)] as [string, number]] : [];
  });
}
