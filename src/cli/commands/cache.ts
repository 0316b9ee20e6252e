// isopress cache stat|gc|verify DIR

import { Argument, Command, Option } from 'commander';
import type { CacheAction, CacheCommandOptions } from '../actions/cache.js';
import { withExamples } from '../examples.js';
import { parseDuration, parseSize } from '../units.js';
import { addSessionOptions } from '../writer-options.js';

const ACTIONS: readonly CacheAction[] = ['stat', 'gc', 'verify'];

export function cacheCommand(): Command {
  const command = withExamples(
    new Command('cache'),
    'isopress cache stat /var/cache/isopress',
    'isopress cache gc /var/cache/isopress --max-size 20G --max-age 30d',
  )
    .description('count, prune or check the entries of a directory that other commands use as --cache')
    .addArgument(
      new Argument('<action>', 'stat: count the entries; gc: remove old ones; verify: check all digests').choices(
        ACTIONS,
      ),
    )
    .argument('<directory>', 'the cache; other commands may use it at the same time')
    .addOption(
      new Option(
        '--max-size <bytes>',
        'gc: remove the least recently used entries until the cache has at most this size',
      ).argParser(parseSize),
    )
    .addOption(
      new Option(
        '--max-age <time>',
        'gc: remove entries that were not used for this long, such as 12h, 30d or 8w',
      ).argParser(parseDuration),
    )
    .option('--remove', 'verify: remove damaged entries');
  return addSessionOptions(command).action(
    async (action: CacheAction, directory: string, options: CacheCommandOptions) => {
      const { cache } = await import('../actions/cache.js');
      return cache(action, directory, options);
    },
  );
}
