// A root tree that is not a directory, unpacked for the programs that run in it. Its owners do not matter to them: a user without
// privileges unpacks it too, and the root image has those of the source.

import { mkdtemp } from 'node:fs/promises';
import { join } from 'node:path';
import { type ByteString, fromText } from '../bytes/index.js';
import { TargetError } from '../errors.js';
import { extractTree, removeTree } from '../extract/index.js';
import type { EngineChoice } from '../native/index.js';
import type { FileTree } from '../tree/index.js';
import type { Session } from './session.js';

/** A private directory in the directory of the results. */
export class UnpackedRoot {
  readonly #targetDirectory: string;
  #path: ByteString | undefined;

  constructor(targetDirectory: string) {
    this.#targetDirectory = targetDirectory;
  }

  /** Unpacks the tree; the path of its directory. */
  async unpack(tree: FileTree, engine: EngineChoice, session: Session): Promise<string> {
    const made = await mkdtemp(join(this.#targetDirectory, '.isopress-root-')).catch((error) => {
      throw new TargetError('target.no-work-directory', `${this.#targetDirectory} cannot be written to.`, {
        path: this.#targetDirectory,
        hint: 'Choose a target directory that this user can write to.',
        cause: error,
      });
    });
    this.#path = fromText(made);
    session.note(`The root tree is unpacked to ${made} for dracut, and removed at the end.`);
    const directory = join(made, 'root');
    await extractTree(tree, fromText(directory), { engine, owners: process.geteuid?.() === 0, run: session.run });
    return directory;
  }

  async close(): Promise<void> {
    if (this.#path !== undefined) await removeTree(this.#path);
  }
}
