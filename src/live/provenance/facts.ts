// The facts of a planned build for its provenance statement.

import type { Run } from '../../io/index.js';
import type { BuildContext } from '../build/build-context.js';
import type { KeyedBuild } from '../keys/index.js';
import { rootCompressionFacts } from '../root-image/root-image-plan.js';
import { inputsOf } from './inputs.js';
import type { ProvenanceFacts } from './statement.js';

/** Gathers the facts; reads every input once. */
export async function provenanceFacts(
  { plan, request, initrdCompression }: Pick<BuildContext, 'plan' | 'request' | 'initrdCompression'>,
  { keys, rootTree }: KeyedBuild,
  run: Run,
): Promise<ProvenanceFacts> {
  const { builderId, parameters = {} } = request.provenance ?? {};
  const { description, epoch, seed, kernel, architecture } = plan;
  const compression = rootCompressionFacts(plan.rootImage);
  const ofInitrd = initrdCompression?.by === 'isopress' ? [initrdCompression.stream.engine] : [];
  return {
    builderId,
    externalParameters: parameters,
    internalParameters: {
      keys,
      epoch: epoch.seconds,
      seed,
      architecture: architecture.machine,
      generation: description.generation.name,
      kernelVersion: kernel.version,
      compression,
      configuration: request.configuration ?? {},
    },
    inputs: await inputsOf({ plan, request }, rootTree, run),
    engines: [compression.engine, ...ofInitrd],
  };
}
