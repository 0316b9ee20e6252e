// isopress bundle --target-dir DIR --id ID --bundle-dir DIR

import { Command } from 'commander';
import { defined } from '../../bytes/index.js';
import { UsageError } from '../../errors.js';
import { bundleResults, loadConfiguration } from '../../live/index.js';
import { withExamples } from '../examples.js';
import { openSession, type SessionOptions } from '../session.js';
import { showBytes } from '../units.js';
import { addSessionOptions } from '../writer-options.js';

interface Options extends SessionOptions {
  readonly targetDir: string;
  readonly id: string;
  readonly bundleDir: string;
  readonly bundleFormat?: string;
  readonly compress: boolean;
  readonly zsyncSource?: string;
  readonly packageAsRpm?: boolean;
  readonly config?: string;
  readonly force?: boolean;
}

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
  return addSessionOptions(command).action(bundle);
}

async function bundle(options: Options): Promise<void> {
  if (options.packageAsRpm) throw rpmRefused();
  const session = openSession(options);
  try {
    const report = await bundleResults(
      {
        targetDirectory: options.targetDir,
        bundleDirectory: options.bundleDir,
        id: options.id,
        configuration: await loadConfiguration({ home: process.env['HOME'], file: options.config }),
        force: options.force ?? false,
        note: session.note,
        ...(options.compress ? {} : { compress: false }),
        ...defined({ zsyncSource: options.zsyncSource, format: options.bundleFormat }),
      },
      session.run,
    );
    session.result(
      'bundle',
      report,
      report.files.map(({ path, size }) => `${path}: ${showBytes(size)}`),
    );
  } finally {
    session.close();
  }
}

/** KIWI knows the option; it is refused by its name and not as an unknown one. */
function rpmRefused(): UsageError {
  return new UsageError('bundle.package-as-rpm', 'Bundles are not packed as an RPM package (--package-as-rpm).', {
    hint: 'Leave the option out, and give the directory of the bundle to rpmbuild.',
  });
}
