// The kind of the root image, decided from the description, the options and the root tree.

import { type Compression, type CompressionFacts, compressionFacts } from '../../compress/index.js';
import type { FileTree } from '../../tree/index.js';
import type { BuildRequest } from '../build/options.js';
import { type LiveDescription, placeOf } from '../description/index.js';
import { chooseErofsRoot, type ErofsCompressionFacts, type ErofsRoot } from './erofs-options.js';
import { checkBlockSize, chooseRootCompression, readSquashfsOptions, rootBlockSize } from './root-compression.js';
import { decideRootFileSystem, type RootFileSystem } from './root-file-system.js';
import type { SquashfsRootOptions } from './squashfs-options.js';

interface Packed {
  readonly compression: Compression;
  /** Bytes of a squashfs block. */
  readonly blockSize: number;
}

/** `LiveOS/squashfs.img`: a squashfs around a file system image, or the squashfs or EROFS that is the root itself. */
export type RootImagePlan =
  | (Packed & { readonly kind: 'ext4-in-squashfs'; readonly fileSystem: RootFileSystem })
  | (Packed & { readonly kind: 'squashfs'; readonly choices: SquashfsRootOptions['image'] })
  | (ErofsRoot & { readonly kind: 'erofs' });

export type RootImageKind = RootImagePlan['kind'];

/** The kind that a description asks for. Other kinds in its schema are refused when it is read. */
export function rootImageKind({ type }: LiveDescription): RootImageKind {
  return type.filesystem === 'squashfs' || type.filesystem === 'erofs' ? type.filesystem : 'ext4-in-squashfs';
}

/** The decisions about a root image that do not need the root tree. */
export type RootImageChoice =
  | (Packed & { readonly kind: 'ext4-in-squashfs' })
  | Extract<RootImagePlan, { kind: 'squashfs' | 'erofs' }>;

/** Throws for unsupported options, and for a compression that no engine here has. */
export function chooseRootImage(request: BuildRequest, description: LiveDescription, machine: string): RootImageChoice {
  const kind = rootImageKind(description);
  if (kind === 'erofs') return { kind, ...chooseErofsRoot(request, description) };
  const asRoot = kind === 'squashfs' ? readSquashfsOptions(description) : undefined;
  const packed = {
    compression: chooseRootCompression(request, description, machine, asRoot),
    blockSize: rootBlockSize(request, asRoot),
  };
  checkBlockSize(packed.compression, packed.blockSize);
  return asRoot ? { kind: 'squashfs', choices: asRoot.image, ...packed } : { kind: 'ext4-in-squashfs', ...packed };
}

/** Completes the choice by what the tree's kernel and tools support. */
export async function decideRootImage(
  choice: RootImageChoice,
  description: LiveDescription,
  root: FileTree,
  kernel: string,
): Promise<RootImagePlan> {
  if (choice.kind !== 'ext4-in-squashfs') return choice;
  const asked = { text: description.type.fscreateoptions ?? '', place: placeOf(description, 'fscreateoptions') };
  return { ...choice, fileSystem: await decideRootFileSystem(root, kernel, asked) };
}

/** The compression of the root image, for reports. */
export type RootCompressionFacts = CompressionFacts | ErofsCompressionFacts;

export function rootCompressionFacts(plan: RootImagePlan): RootCompressionFacts {
  return plan.kind === 'erofs' ? plan.facts : compressionFacts(plan.compression);
}
