// Limits of names, targets and device numbers in a format; entries beyond them are refused with their path.

import { type ByteString, displayText } from '../bytes/index.js';
import { InvalidInputError } from '../errors.js';
import { joinPath } from './file-tree.js';
import type { Node } from './node.js';

export interface EntryLimits {
  /** Area of the error codes. */
  readonly format: string;
  /** Bytes of a name. */
  readonly name: number;
  /** Bytes of the target of a symbolic link. */
  readonly target: number;
  readonly major: number;
  readonly minor: number;
}

/** Checks one name. Throws {@link InvalidInputError} `FORMAT.name-too-long`. */
export function checkName(limits: EntryLimits, directory: ByteString, name: ByteString): void {
  if (name.length <= limits.name) return;
  const text = (path: string) => `The name of ${path} has ${name.length} bytes; the maximum is ${limits.name}.`;
  refuse(limits, 'name-too-long', joinPath(directory, name), text);
}

/**
 * Checks an entry by its first name. Throws {@link InvalidInputError} `FORMAT.target-empty`, `FORMAT.target-too-long` or
 * `FORMAT.device-number`.
 */
export function checkLimits(limits: EntryLimits, directory: ByteString, name: ByteString, node: Node): void {
  const fail = (code: string, text: (path: string) => string) => refuse(limits, code, joinPath(directory, name), text);
  if (node.kind === 'symlink') {
    const { length } = node.target;
    if (length === 0) fail('target-empty', (path) => `The symbolic link ${path} has no target.`);
    if (length > limits.target) {
      fail('target-too-long', (path) => `The target of ${path} has ${length} bytes; the maximum is ${limits.target}.`);
    }
  } else if ('major' in node && (node.major > limits.major || node.minor > limits.minor)) {
    const most = `${limits.major}:${limits.minor}`;
    fail(
      'device-number',
      (path) => `${path} has the device number ${node.major}:${node.minor}; ${most} is the largest.`,
    );
  }
}

function refuse({ format }: EntryLimits, code: string, at: ByteString, text: (path: string) => string): never {
  const path = `/${displayText(at)}`;
  throw new InvalidInputError(`${format}.${code}`, text(path), { path });
}
