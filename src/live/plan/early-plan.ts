// The decisions of a build that the description and the options allow before the root tree is read.

import { resolve } from 'node:path';
import { defined } from '../../bytes/index.js';
import { IsopressError } from '../../errors.js';
import { type TagOptions, tagSeal } from '../../format/checkmedia/index.js';
import { findTemplate } from '../boot/grub-template.js';
import { checkSerialLine } from '../boot/serial-line.js';
import type { BuildEvents, BuildRequest, MediumOptions } from '../build/options.js';
import { checkBundleFormat } from '../bundle/names.js';
import { checkDescription, type LiveDescription, loadDescription, placeOf } from '../description/index.js';
import { pathComponent } from '../files/path-component.js';
import { resultNames } from '../result/names.js';
import { bundleFormatOf } from '../result/record.js';
import { checkAskedCompression } from '../root-image/root-compression.js';
import { chooseRootImage, type RootImageChoice } from '../root-image/root-image-plan.js';
import {
  type Architecture,
  architectureOf,
  chooseFirmware,
  type Firmware,
  isEfi,
  MACHINES,
  machineName,
} from './architecture.js';
import { machineOfDirectory } from './machine-of-directory.js';
import { checkDescribed } from './runtime-checks.js';
import { checkTargetDirectory, checkTargetNames } from './target.js';

export interface EarlyPlan {
  readonly description: LiveDescription;
  readonly architecture: Architecture;
  readonly firmware: Firmware;
  /** The media-check tag; undefined: none. */
  readonly tag: TagOptions | undefined;
  readonly rootImage: RootImageChoice;
  /** File that replaces the built-in menu of GRUB. */
  readonly grubTemplate: string | undefined;
  /** Common part of the names of all results: `NAME.ARCH-VERSION`. */
  readonly baseName: string;
  /** Absolute. */
  readonly targetDirectory: string;
}

/**
 * Decides as much as possible; undefined if the machine cannot be known before the tree is read, as with an archive. In
 * either case the target directory, the options and the whole text of the description are checked.
 */
export async function planEarly(request: BuildRequest, events: BuildEvents): Promise<EarlyPlan | undefined> {
  await checkTargetDirectory(resolve(request.targetDirectory));
  const { root, architecture } = request.input;
  const { directory, generation, file } = request.description;
  // Errors of the description come before those of the tree, which has the machine.
  if (architecture === undefined) await checkDescription(directory, generation, file);
  const machine = architecture ?? (typeof root === 'string' ? await machineOfDirectory(resolve(root)) : undefined);
  if (machine !== undefined) return planFor(machine, request, events);
  checkAskedCompression(request);
  checkAskedTag(request.medium);
  await checkForAnyMachine(request);
  return undefined;
}

/** Throws a fault that occurs for every possible machine of the tree, such as a codec without an engine. */
async function checkForAnyMachine(request: BuildRequest): Promise<void> {
  const faults: IsopressError[] = [];
  for (const machine of MACHINES) {
    try {
      await planFor(machine, request, {});
      return;
    } catch (error) {
      if (!(error instanceof IsopressError)) throw error;
      faults.push(error);
    }
  }
  // A machine without the firmware, or for which nothing is built, says nothing about the rest of the description.
  const others = faults.filter(({ code }) => !OF_MACHINE.includes(code));
  const counted = others.length > 0 ? others : faults;
  const [first] = counted;
  if (first && counted.every(({ code }) => code === first.code)) throw first;
}

/** Errors of the choice of a machine. */
const OF_MACHINE: readonly string[] = ['live.firmware', 'live.architecture'];

/** The same for a machine name, `x86_64`. */
export async function planFor(ownName: string, request: BuildRequest, events: BuildEvents): Promise<EarlyPlan> {
  const machine = machineName(ownName);
  const description = await describe(request, machine, events);
  const architecture = architectureOf(machine);
  const targetDirectory = resolve(request.targetDirectory);
  const version = description.version === '' ? '' : `-${description.version}`;
  const baseName = `${description.name}.${description.generation.keepsMachineName ? ownName : machine}${version}`;
  const names = resultNames(baseName);
  for (const name of names) pathComponent(name, { ...description.imagePlace, what: 'The name of a result' });
  const format = bundleFormatOf({ description, architecture });
  if (format) checkBundleFormat(format);
  const firmware = chooseFirmware(architecture, description.type.firmware, placeOf(description, 'firmware'));
  const hasGpt = usesGpt(description, architecture, firmware);
  checkDescribed({ description, architecture: machine, hasGpt }, disabledChecksOf(request));
  checkSerialLine(description);
  await checkTargetNames(targetDirectory, names, request.force ?? false);
  return {
    description,
    architecture,
    firmware,
    tag: chooseTag(request, description),
    rootImage: chooseRootImage(request, description, machine),
    grubTemplate: await findTemplate(description),
    baseName,
    targetDirectory,
  };
}

/** Whether the medium has a GPT according to its description, which is what KIWI checks; options do not count. */
function usesGpt({ type }: LiveDescription, architecture: Architecture, firmware: Firmware): boolean {
  return architecture.machine === 'ppc64' || (isEfi(firmware) && type.efiparttable === 'gpt');
}

/** KIWI's names of the runtime checks to skip. */
export function disabledChecksOf({ description, configuration }: BuildRequest): readonly string[] {
  return [...(description.disabledChecks ?? []), ...(configuration?.disabledChecks ?? [])];
}

/** Reads and checks the description; reports the losses of its upgrade. */
async function describe(request: BuildRequest, machine: string, events: BuildEvents): Promise<LiveDescription> {
  const { directory, file, profiles, typeAttributes, generation } = request.description;
  const disabledChecks = disabledChecksOf(request);
  const wanted = { architecture: machine, ...defined({ profiles, typeAttributes, generation, disabledChecks }) };
  const description = await loadDescription(directory, wanted, file);
  if (request.configuration?.isoTools === 'cdrtools') {
    events.note?.('iso: tool_category: cdrtools has no effect: the ISO is written natively, laid out as by xorriso.');
  }
  for (const { text, place } of description.remarks) {
    events.note?.(`${place.path}:${place.line}:${place.column}: ${text}`);
  }
  return description;
}

/**
 * If the description asks for a check and no option names a style, the configuration's tool decides, otherwise the program
 * that the live module runs: checkmedia for kiwi-live, checkisomd5 for dmsquash-live.
 */
function chooseTag({ medium = {}, configuration }: BuildRequest, { type }: LiveDescription): TagOptions | undefined {
  const checked = type.flags === 'dmsquash' && medium.mediaDigest === undefined ? 'rh' : 'suse';
  const usual = type.mediacheck ? (configuration?.mediaTagStyle ?? checked) : 'none';
  return tagOf(medium.mediaCheck ?? usual, medium);
}

/** Throws for a digest that the style does not have. */
function checkAskedTag(medium: MediumOptions = {}): void {
  if (medium.mediaCheck !== undefined) tagOf(medium.mediaCheck, medium);
}

function tagOf(
  style: NonNullable<MediumOptions['mediaCheck']>,
  { mediaDigest }: MediumOptions,
): TagOptions | undefined {
  if (style === 'none') return undefined;
  const digests = mediaDigest === undefined ? {} : { digests: [mediaDigest] };
  const tag: TagOptions = style === 'rh' ? { style, ...digests } : { style, ...digests, check: true, pad: 0 };
  // Throws for a digest that the style does not have.
  tagSeal(tag);
  return tag;
}
