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
    .description(
      'look after a directory that --cache names: count what is in it, remove what is not used, check everything',
    )
    .addArgument(new Argument('<action>', 'what to do').choices(ACTIONS))
    .argument('<directory>', 'the cache; builds may use it meanwhile')
    .addOption(
      new Option('--max-size <bytes>', 'gc: remove what was used least recently, until this is not exceeded').argParser(
        parseSize,
      ),
    )
    .addOption(
      new Option('--max-age <time>', 'gc: remove what was not used for this long, such as 12h, 30d or 8w').argParser(
        parseDuration,
      ),
    )
    .option('--remove', 'verify: remove damaged entries');
  return addSessionOptions(command).action(
    async (action: CacheAction, directory: string, options: CacheCommandOptions) => {
      const { cache } = await import('../actions/cache.js');
      return cache(action, directory, options);
    },
  );
}
