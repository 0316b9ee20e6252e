// Runs `isopress bundle`: the results of a build under names with an id.

import { defined } from '../../bytes/index.js';
import { UsageError } from '../../errors.js';
import { bundleResults, loadConfiguration } from '../../live/index.js';
import { openSession, type SessionOptions } from '../session.js';
import { showBytes } from '../units.js';

/** Parsed values of the command's options. */
export interface BundleCommandOptions extends SessionOptions {
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

/** Makes the bundle. */
export async function bundle(options: BundleCommandOptions): Promise<void> {
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
