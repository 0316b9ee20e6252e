// `PATH=MODE` and `PATH=UID:GID`: other attributes of entries of an image.

import { InvalidArgumentError } from 'commander';
import type { ByteString } from '../bytes/index.js';
import type { AttributeChange } from '../edit/index.js';
import type { Ownership } from '../tree/index.js';
import { argumentBytes } from './argument-bytes.js';
import { parseOwner } from './writer-options.js';

/** The owner of added entries, and other owners of single entries. */
export interface OwnerChoice {
  readonly added: Ownership;
  readonly changes: readonly AttributeChange[];
}

/** The default of `--owner`. */
export const ADDED_BY_ROOT: OwnerChoice = { added: { uid: 0, gid: 0 }, changes: [] };

/** `/etc/shadow=600` */
export function collectMode(text: string, list: readonly AttributeChange[]): AttributeChange[] {
  const { path, value } = divided(text);
  if (path === undefined || !/^[0-7]{1,5}$/.test(value) || Number.parseInt(value, 8) > 0o7777) {
    throw new InvalidArgumentError('Give PATH=MODE with an octal mode, such as /etc/shadow=600.');
  }
  return [...list, { path, mode: Number.parseInt(value, 8) }];
}

/** `root`, or `/etc/shadow=0:42` */
export function collectOwner(text: string, { added, changes }: OwnerChoice): OwnerChoice {
  const { path, value } = divided(text);
  if (path === undefined) return { added: parseOwner(text), changes };
  const owner = parseOwner(value);
  if (owner === 'keep') throw new InvalidArgumentError('Give PATH=UID:GID, such as /etc/shadow=0:42.');
  return { added, changes: [...changes, { path, ...owner }] };
}

function divided(text: string): { readonly path: ByteString | undefined; readonly value: string } {
  const equals = text.lastIndexOf('=');
  return equals > 0
    ? { path: argumentBytes(text.slice(0, equals)), value: text.slice(equals + 1) }
    : { path: undefined, value: text };
}
