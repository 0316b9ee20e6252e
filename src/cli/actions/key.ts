// Runs `isopress key`: digests of whole trees.

import { KEY_VERSION } from '../../cache/index.js';
import { chooseNative, type EngineChoice } from '../../native/index.js';
import { treeDigest } from '../../tree/index.js';
import { shownArgument } from '../argument-bytes.js';
import { prepareSource } from '../prepare-source.js';
import { openSession, type Session, type SessionOptions } from '../session.js';
import { openSources } from '../sources.js';
import type { TreeOptions } from '../writer-options.js';

/** Parsed values of the command's options. */
export interface KeyCommandOptions extends SessionOptions, TreeOptions {
  readonly engine: EngineChoice;
}

/** Prints one line for each source: its key and its name, as sha256sum does. */
export async function key(sources: readonly string[], options: KeyCommandOptions): Promise<void> {
  const session = openSession(options);
  try {
    chooseNative(options.engine);
    const trees = [];
    for (const source of sources) {
      trees.push({ source: shownArgument(source), key: await keyOfSource(source, options, session) });
    }
    const lines = trees.map((tree) => `${KEY_VERSION}:${tree.key}  ${tree.source}`);
    session.result('key', { version: KEY_VERSION, trees }, lines);
  } finally {
    session.close();
  }
}

async function keyOfSource(source: string, options: KeyCommandOptions, session: Session): Promise<string> {
  // A key is of what is there: a loss when an archive is read is reported, and nothing is written that it could spoil.
  const given = { ...options, loss: 'report' as const };
  // No image is written, and what has to be unpacked goes where it goes for one on standard output.
  const { tree, close } = await openSources([source, ...options.add], '-', given, session);
  try {
    return await treeDigest(prepareSource(tree, options).tree, session.run);
  } finally {
    await close();
  }
}
