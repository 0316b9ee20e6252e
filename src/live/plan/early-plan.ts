// What of a build is decided by the description and the options alone, before the root tree is looked at.

import { resolve } from 'node:path';
import { tagSeal } from '../../format/checkmedia/index.js';
import type { Seal } from '../../io/index.js';
import type { BuildOptions } from '../build/options.js';
import { checkBundleFormat } from '../bundle/names.js';
import {
  checkDescription,
  type DescriptionRequest,
  type LiveDescription,
  loadDescription,
  placeOf,
} from '../description/index.js';
import { pathComponent } from '../files/path-component.js';
import { resultNames } from '../result/names.js';
import { bundleFormatOf } from '../result/record.js';
import { checkAskedCompression } from '../root-image/root-compression.js';
import { chooseRootImage, type RootImageChoice } from '../root-image/root-image-plan.js';
import { type Architecture, architectureOf, chooseFirmware, type Firmware, machineName } from './architecture.js';
import { machineOfDirectory } from './machine-of-directory.js';
import { checkTargetDirectory, checkTargetNames } from './target.js';

export interface EarlyPlan {
  readonly description: LiveDescription;
  readonly architecture: Architecture;
  readonly firmware: Firmware;
  /** Undefined: no media check. */
  readonly seal: Seal | undefined;
  readonly rootImage: RootImageChoice;
  /** Common part of all results' names: `NAME.ARCH-VERSION`. */
  readonly baseName: string;
  /** Absolute. */
  readonly targetDirectory: string;
}

/**
 * Decides all that can be; undefined where the machine is known from the tree alone, of which only an archive makes a
 * secret. The target directory, the options and the whole text of the description have been checked then too.
 */
export async function planEarly(options: BuildOptions): Promise<EarlyPlan | undefined> {
  await checkTargetDirectory(resolve(options.targetDirectory));
  const { root, architecture } = options;
  const machine = architecture ?? (typeof root === 'string' ? await machineOfDirectory(resolve(root)) : undefined);
  if (machine !== undefined) return planFor(machine, options);
  checkAskedCompression(options);
  checkAskedTag(options);
  await checkDescription(options.description, options.generation, options.descriptionFile);
  return undefined;
}

/** The same for a machine by its name, `x86_64`. */
export async function planFor(ownName: string, options: BuildOptions): Promise<EarlyPlan> {
  const machine = machineName(ownName);
  const description = await describe(options, machine);
  const architecture = architectureOf(machine);
  const targetDirectory = resolve(options.targetDirectory);
  const version = description.version === '' ? '' : `-${description.version}`;
  const baseName = `${description.name}.${description.generation.keepsMachineName ? ownName : machine}${version}`;
  const names = resultNames(baseName);
  for (const name of names) pathComponent(name, { ...description.imagePlace, what: 'The name of a result' });
  const format = bundleFormatOf({ description, architecture });
  if (format) checkBundleFormat(format);
  await checkTargetNames(targetDirectory, names, options.force ?? false);
  return {
    description,
    architecture,
    firmware: chooseFirmware(architecture, description.type.firmware, placeOf(description, 'firmware')),
    seal: chooseSeal(options, description),
    rootImage: chooseRootImage(options, description, machine),
    baseName,
    targetDirectory,
  };
}

/** KIWI's names of the runtime checks that are not done. */
export function disabledChecksOf({ disabledChecks = [], configuration }: BuildOptions): readonly string[] {
  return [...disabledChecks, ...(configuration?.disabledChecks ?? [])];
}

/** Reads and checks the description; reports what an upgrade of it has lost. */
async function describe(options: BuildOptions, machine: string): Promise<LiveDescription> {
  const { profiles, typeAttributes, generation, configuration } = options;
  const optional = { profiles, typeAttributes, generation, disabledChecks: disabledChecksOf(options) };
  const given = Object.fromEntries(Object.entries(optional).filter(([, value]) => value !== undefined));
  const request = { architecture: machine, ...(given as Partial<DescriptionRequest>) };
  const description = await loadDescription(options.description, request, options.descriptionFile);
  if (configuration?.isoTools === 'cdrtools') {
    options.note?.(
      'iso: tool_category: cdrtools changes nothing: the ISO is written natively, as xorriso would lay it out.',
    );
  }
  for (const { text, place } of description.remarks) {
    options.note?.(`${place.path}:${place.line}:${place.column}: ${text}`);
  }
  return description;
}

/**
 * The style of the configuration's tool counts where a description asks for a check and no option names a style; without it
 * that of the program which the live module runs: checkmedia for kiwi-live, checkisomd5 for dmsquash-live.
 */
function chooseSeal(options: BuildOptions, { type }: LiveDescription): Seal | undefined {
  const checked = type.flags === 'dmsquash' && options.mediaDigest === undefined ? 'rh' : 'suse';
  const usual = type.mediacheck ? (options.configuration?.mediaTagStyle ?? checked) : 'none';
  const style = options.mediaCheck ?? usual;
  return tagOf(style, options);
}

/** Throws for a style and a digest that do not go together. */
function checkAskedTag(options: BuildOptions): void {
  if (options.mediaCheck !== undefined) tagOf(options.mediaCheck, options);
}

function tagOf(style: NonNullable<BuildOptions['mediaCheck']>, { mediaDigest }: BuildOptions): Seal | undefined {
  if (style === 'none') return undefined;
  const digests = mediaDigest === undefined ? {} : { digests: [mediaDigest] };
  return tagSeal(style === 'rh' ? { style, ...digests } : { style, ...digests, check: true, pad: 0 });
}
