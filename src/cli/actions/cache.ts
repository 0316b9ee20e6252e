// Runs `isopress cache`.

import { cacheFacts, collectCache, verifyCache } from '../../cache/index.js';
import { EXIT, UsageError } from '../../errors.js';
import { openSession, type Session, type SessionOptions } from '../session.js';
import { showBytes } from '../units.js';

/** The actions of the command. */
export type CacheAction = 'stat' | 'gc' | 'verify';

/** Parsed values of the command's options. */
export interface CacheCommandOptions extends SessionOptions {
  readonly maxSize?: number;
  /** Seconds. */
  readonly maxAge?: number;
  readonly remove?: boolean;
}

/** Looks after a cache directory. */
export async function cache(action: CacheAction, directory: string, options: CacheCommandOptions): Promise<void> {
  checkOptions(action, options);
  const session = openSession(options);
  try {
    if (action === 'stat') await stat(directory, session);
    else if (action === 'gc') await collect(directory, options, session);
    else await verify(directory, options.remove ?? false, session);
  } finally {
    session.close();
  }
}

async function stat(directory: string, session: Session): Promise<void> {
  const facts = await cacheFacts(directory);
  const kinds = Object.entries(facts.kinds).map(([kind, count]) => `${count} ${kind}`);
  const shown = kinds.length > 0 ? ` (${kinds.join(', ')})` : '';
  session.result('cache', { directory, action: 'stat', ...facts }, [
    `${directory}: ${showBytes(facts.size)}, ${facts.records} records${shown}, ${facts.contents} contents, ${facts.unfinished} unfinished`,
  ]);
}

async function collect(directory: string, { maxSize, maxAge }: CacheCommandOptions, session: Session): Promise<void> {
  const limits = {
    now: Date.now() / 1000,
    ...(maxSize === undefined ? {} : { size: maxSize }),
    ...(maxAge === undefined ? {} : { age: maxAge }),
  };
  const collected = await collectCache(directory, limits);
  session.result('cache', { directory, action: 'gc', ...collected }, [
    `${directory}: removed ${collected.removed} entries, ${showBytes(collected.freed)}; left ${collected.left}, ${showBytes(collected.size)}`,
  ]);
}

async function verify(directory: string, remove: boolean, session: Session): Promise<void> {
  const { checked, damaged } = await verifyCache(directory, remove, session.run);
  process.exitCode = damaged.length === 0 ? EXIT.done : EXIT.checkFailed;
  const end = damaged.length === 0 ? 'ok' : `${damaged.length} DAMAGED${remove ? ', removed' : ''}`;
  session.result('cache', { directory, action: 'verify', checked, damaged, removed: remove }, [
    ...damaged.map((name) => `${directory}/${name}: damaged`),
    `${directory}: ${checked} entries checked, ${end}`,
  ]);
}

function checkOptions(action: CacheAction, { maxSize, maxAge, remove }: CacheCommandOptions): void {
  const limits = maxSize !== undefined || maxAge !== undefined;
  if (action !== 'gc' && limits) {
    throw new UsageError('cache.option', `cache ${action} removes nothing by size or age.`, {
      hint: 'Use cache gc, or leave --max-size and --max-age out.',
    });
  }
  if (action !== 'verify' && remove) {
    throw new UsageError('cache.option', `cache ${action} checks nothing.`, {
      hint: 'Use cache verify, or leave --remove out.',
    });
  }
}
