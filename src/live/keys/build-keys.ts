// The keys of a build: of its root image, of its initrd, and of the whole ISO. docs/keys.md has their exact form.

import { KEY_VERSION, type KeyFields, keyOf } from '../../cache/index.js';
import { bytesSource, type KnownDigests, type Run } from '../../io/index.js';
import { FileTree, file, treeDigest } from '../../tree/index.js';
import { VERSION } from '../../version.js';
import type { MediumParts } from '../medium/medium.js';
import { mediumOf } from '../medium/medium.js';
import type { BuildPlan } from '../plan/build-plan.js';
import type { RootImage } from '../root-image/root-image.js';

/** Raised if the layout of the same input changes within one version of the program. */
export const LAYOUT_REVISION = 3;

/** Digests of everything that decides the bytes of a build. */
export interface BuildKeys {
  /** Version of the form of keys. */
  readonly version: 'v1';
  /** Of the whole ISO: builds with equal ones give the same bytes. */
  readonly action: string;
  /** Of the initrd. */
  readonly initrd: string;
  /** Of the root image. */
  readonly rootImage: string;
}

/** The parts of a planned build that keys are made of. */
export interface KeyedParts {
  readonly plan: BuildPlan;
  readonly boot: Omit<MediumParts, 'initrd'>;
  readonly rootImage: RootImage;
  /** Digests of files of the root tree; undefined: none. */
  readonly known: KnownDigests | undefined;
  initrdKey(run: Run): Promise<string>;
}

/** The keys of a build, and the key of the tree in its root image. */
export interface KeyedBuild {
  readonly keys: BuildKeys;
  readonly rootTree: string;
}

/** Makes the keys of a build. Reads every content of the root tree once whose digest is not known. */
export async function keyBuild(
  { plan, boot, rootImage: image, known, initrdKey }: KeyedParts,
  run: Run,
): Promise<KeyedBuild> {
  const layout = { isopress: VERSION, revision: LAYOUT_REVISION };
  const { tree, settings } = image.input;
  const rootTree = await treeDigest(tree, run, known);
  const rootImage = keyOf('root image', { layout, settings, tree: rootTree });
  const initrd = await initrdKey(run);
  const medium = await mediumFields(plan, boot, { initrd, rootImage }, run);
  const action = keyOf('iso', { layout, initrd, rootImage, ...medium });
  return { keys: { version: KEY_VERSION, action, initrd, rootImage }, rootTree };
}

/** The medium, with keys standing in for the root image and the initrd, which are not made yet. */
async function mediumFields(
  plan: BuildPlan,
  boot: KeyedParts['boot'],
  keys: { readonly initrd: string; readonly rootImage: string },
  run: Run,
): Promise<KeyFields> {
  const initrd = standIn(keys.initrd);
  const { tree, options } = mediumOf(plan, { ...boot, initrd }, standIn(keys.rootImage));
  const { appendedEsp, mbr, boot: entries, ...others } = options;
  const esp = appendedEsp && (await treeDigest(FileTree.of({ esp: file(appendedEsp) }), run));
  const fields = { ...others, esp, mbr: { ...mbr }, boot: { ...entries } } as unknown as KeyFields;
  return { tree: await treeDigest(tree as FileTree, run), disc: fields, tag: { ...plan.tag } as KeyFields };
}

function standIn(key: string) {
  return bytesSource(Buffer.from(key, 'latin1'));
}
