// Prints a matrix for programs that run many jobs. Each image is one job, `isopress matrix run FILE --index N`.

import type { MatrixImage } from '../../live/index.js';
import { VERSION } from '../../version.js';
import type { MatrixEngine } from './engines.js';

/** The matrix to print. */
export interface PrintedMatrix {
  /** Path of its file, as the jobs see it. */
  readonly file: string;
  readonly images: readonly MatrixImage[];
  /** Container image that has isopress. */
  readonly container: string;
}

/** The text for an engine. */
export function printMatrix(engine: MatrixEngine, matrix: PrintedMatrix): string {
  return PRINTERS[engine](matrix);
}

const PRINTERS: Readonly<Record<MatrixEngine, (matrix: PrintedMatrix) => string>> = {
  make: makefile,
  slurm: slurmScript,
  github: githubMatrix,
  kubernetes: kubernetesJob,
  bake: bakeFile,
};

const head = (engine: MatrixEngine) => `Made by isopress matrix print --for ${engine}.`;

/** Quotes a text for a shell. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}

/** Names of images need no quoting in a Makefile. All targets are phony: unchanged images come from the cache. */
function makefile({ file, images }: PrintedMatrix): string {
  const names = images.map(({ name }) => `image-${name}`).join(' ');
  const rules = images.map(
    ({ name, index }) =>
      `image-${name}:\n\t$(ISOPRESS) matrix run ${quoted(file).replaceAll('$', '$$$$')} --index ${index}\n`,
  );
  return [`# ${head('make')}`, 'ISOPRESS ?= isopress', `all: ${names}`, `.PHONY: all ${names}`, ...rules].join('\n');
}

function slurmScript({ file, images }: PrintedMatrix): string {
  return `#!/bin/sh
# ${head('slurm')}
#SBATCH --job-name=isopress
#SBATCH --array=0-${images.length - 1}
exec isopress matrix run ${quoted(file)} --index "$SLURM_ARRAY_TASK_ID"
`;
}

/** One line, because it becomes an output of a step, for `strategy: matrix: ${{ fromJSON(…) }}`. */
function githubMatrix({ images }: PrintedMatrix): string {
  return `${JSON.stringify({ include: images.map(({ index, name }) => ({ index, name })) })}\n`;
}

/** An Indexed Job. It is printed as JSON, which is YAML too. */
function kubernetesJob({ file, images, container }: PrintedMatrix): string {
  const count = images.length;
  const containerSpec = {
    name: 'isopress',
    image: container,
    command: ['isopress'],
    args: ['matrix', 'run', file, '--index', '$(JOB_COMPLETION_INDEX)'],
    workingDir: '/work',
    securityContext: {
      allowPrivilegeEscalation: false,
      capabilities: { drop: ['ALL'] },
      readOnlyRootFilesystem: true,
    },
    volumeMounts: [
      { name: 'work', mountPath: '/work' },
      { name: 'tmp', mountPath: '/tmp' },
    ],
  };
  const job = {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: { name: 'isopress-matrix', annotations: { 'kubernetes.io/description': head('kubernetes') } },
    spec: {
      completions: count,
      parallelism: Math.min(count, 10),
      completionMode: 'Indexed',
      backoffLimitPerIndex: 3,
      maxFailedIndexes: count,
      podFailurePolicy: {
        rules: [
          // A retry does not help against bad input, but may after a full disk or a stopped machine.
          { action: 'FailIndex', onExitCodes: { containerName: 'isopress', operator: 'In', values: [2, 3] } },
          { action: 'Count', onExitCodes: { containerName: 'isopress', operator: 'In', values: [4, 130, 143] } },
        ],
      },
      template: {
        spec: {
          restartPolicy: 'Never',
          automountServiceAccountToken: false,
          securityContext: {
            ...{ runAsNonRoot: true, runAsUser: 65_532, runAsGroup: 65_532, fsGroup: 65_532 },
            seccompProfile: { type: 'RuntimeDefault' },
          },
          containers: [containerSpec],
          volumes: [
            { name: 'work', persistentVolumeClaim: { claimName: 'isopress-work' } },
            { name: 'tmp', emptyDir: {} },
          ],
        },
      },
    },
  };
  return `${JSON.stringify(job, null, 2)}\n`;
}

/** Names of targets, which have no dots. Images whose names differ only there are told apart by their numbers. */
function targetIds(images: readonly MatrixImage[]): readonly string[] {
  const ids = images.map(({ name }) => name.replace(/[^A-Za-z0-9_-]/g, '_'));
  return ids.map((id, at) => (ids.indexOf(id) === ids.lastIndexOf(id) ? id : `${id}-${images[at]!.index}`));
}

/** Targets for BuildKit. The directory of the matrix is the context, and all builds share a cache mount. */
function bakeFile({ file, images, container }: PrintedMatrix): string {
  const dockerfile = `# syntax=docker/dockerfile:1
FROM ${container} AS build
ARG INDEX
RUN --mount=type=bind,target=/work --mount=type=cache,target=/cache cd /work && isopress matrix run ${quoted(file)} --index "$INDEX" --target-dir /out --cache /cache
FROM scratch
COPY --from=build /out /
`;
  const ids = targetIds(images);
  const targets = images.map((image, at) => [
    ids[at],
    {
      context: '.',
      'dockerfile-inline': dockerfile,
      args: { INDEX: String(image.index) },
      output: ['type=local,dest=out'],
    },
  ]);
  const group = { default: { targets: ids } };
  return `${JSON.stringify({ group, target: Object.fromEntries(targets) }, null, 2)}\n`;
}

/** The container image in printed files, unless another one is given. */
export const USUAL_CONTAINER = `isopress:${VERSION}`;
