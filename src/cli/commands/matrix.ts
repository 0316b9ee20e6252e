// isopress matrix list|run|print FILE

import { Argument, Command, Option } from 'commander';
import type { MatrixAction, MatrixCommandOptions } from '../actions/matrix.js';
import { withExamples } from '../examples.js';
import { ENGINES } from '../matrix/engines.js';
import { parseInteger } from '../units.js';
import { addSessionOptions } from '../writer-options.js';

const ACTIONS: readonly MatrixAction[] = ['list', 'run', 'print'];

export function matrixCommand(loadBuild: () => Promise<Command>): Command {
  const command = withExamples(
    new Command('matrix'),
    'isopress matrix list images.yaml',
    'isopress matrix run images.yaml --local --jobs 4',
    'isopress matrix print images.yaml --for make',
  )
    .description('build many images from one YAML file: options of isopress build, and lists of their values')
    .addArgument(
      new Argument(
        '<action>',
        'list: print the images; run: build them; print: print jobs for another program',
      ).choices(ACTIONS),
    )
    .argument('<file>', 'the matrix, in YAML')
    .addOption(new Option('--index <n>', 'run: the image of this number, from 0').argParser(parseInteger(0, 99_999)))
    .option('--name <name>', 'run: the image of this name')
    .option('--local', 'run: all images on this machine, as many at a time as --jobs says')
    .option('--target-dir <dir>', 'run: directory for the results (default: from the file)')
    .addOption(
      new Option('--cache <place>', 'run: cache, as of isopress build; may be given again')
        .argParser((place: string, list: readonly string[]) => [...list, place])
        .default([], 'from the file, else in --target-dir'),
    )
    .addOption(new Option('--for <engine>', 'print: the program that runs the jobs').choices(ENGINES))
    .option('--container <image>', 'print: container image that has isopress (default: isopress with its version)');
  return addSessionOptions(command).action(
    async (action: MatrixAction, file: string, options: MatrixCommandOptions) => {
      const { matrix } = await import('../actions/matrix.js');
      return matrix(action, file, options, await loadBuild());
    },
  );
}
