// isopress sbom SOURCE FILE

import { Command, Option } from 'commander';
import { SBOM_FORMATS } from '../../live/option-values.js';
import type { SbomCommandOptions } from '../actions/sbom.js';
import { withExamples } from '../examples.js';
import { addSessionOptions, addTreeOptions, SOURCE_HELP } from '../writer-options.js';

export function sbomCommand(): Command {
  const command = withExamples(
    new Command('sbom'),
    'isopress sbom ./rootfs rootfs.spdx.json',
    'isopress sbom live.iso/LiveOS/squashfs.img/LiveOS/rootfs.img - --format cyclonedx --subject live.iso',
  )
    .description('list the installed packages of a root tree as a software bill of materials (SBOM)')
    .argument('<source>', SOURCE_HELP)
    .argument('<file>', 'file to write; - for standard output')
    .addOption(
      new Option('--format <name>', 'SPDX 2.3 or CycloneDX 1.6, in JSON').choices(SBOM_FORMATS).default('spdx'),
    )
    .option('--sbom-files', 'list the files of each package with their digests')
    .option('--subject <file>', 'name this file and its SHA-256 as the image that holds the packages')
    .option('-f, --force', 'replace an existing file');
  addTreeOptions(command.optionsGroup('The tree:'));
  return addSessionOptions(command).action(async (source: string, file: string, options: SbomCommandOptions) => {
    const { sbom } = await import('../actions/sbom.js');
    return sbom(source, file, options);
  });
}
