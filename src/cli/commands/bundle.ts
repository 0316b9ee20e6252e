// isopress bundle --target-dir DIR --id ID --bundle-dir DIR

import { Command } from 'commander';
import type { BundleCommandOptions } from '../actions/bundle.js';
import { withExamples } from '../examples.js';
import { addSessionOptions } from '../writer-options.js';

export function bundleCommand(): Command {
  const command = withExamples(
    new Command('bundle'),
    'isopress bundle --target-dir ./out --id Build1 --bundle-dir ./bundle',
  )
    .description('collect the results of a build under names with an id, together with their digests')
    .requiredOption('--target-dir <dir>', 'directory with the results of a build')
    .requiredOption('--id <id>', 'distinguishes this bundle from others; follows the version in names')
    .requiredOption('--bundle-dir <dir>', 'directory for the bundle; made if it does not exist')
    .option(
      '--bundle-format <pattern>',
      'names: %N name, %P profiles, %A architecture, %I id, %T type, %M %m %p parts of the version, %v version (default: from the description)',
    )
    .option('--no-compress', 'compress nothing')
    .option('--zsync-source <url>', 'make control files for zsync, for a bundle served at this address (default: none)')
    .option('--package-as-rpm', "KIWI's option; refused: rpmbuild makes packages of a bundle's directory")
    .option('--config <file>', 'runtime configuration, in addition to those of machine and user (default: none)')
    .option('-f, --force', 'replace files of the same names');
  return addSessionOptions(command).action(async (options: BundleCommandOptions) => {
    const { bundle } = await import('../actions/bundle.js');
    return bundle(options);
  });
}
