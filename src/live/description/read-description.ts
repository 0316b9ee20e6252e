// From a checked document to the typed description.

import { InvalidInputError } from '../../errors.js';
import { pathComponent } from '../files/path-component.js';
import { bootloaderTable } from './bootloader-attributes.js';
import { type CheckedImage, checkAs, checkAsFirst } from './choose-generation.js';
import { chooseType, TYPE_UNIQUE } from './choose-type.js';
import { attributeOf, childNamed, childrenNamed, requiredAttribute } from './elements.js';
import type { Generation, GenerationRules } from './generations.js';
import { machineTable, sizeTable } from './grammar/index.js';
import type { LiveDescription, PackageLists, RootSize, StripLists } from './model.js';
import { refuse, refusedOfLoader, refusedOfType } from './not-built.js';
import { counts, isForMachine, type Selection, selectProfiles } from './profiles.js';
import { type GivenText, givenOf, readValues } from './rows.js';
import { type TypeAttributes, typeTable } from './type-attributes.js';
import type { Remark } from './upgrade-changes.js';
import type { Place, XmlElement } from './xml.js';

/** The choice of profiles and machine. */
export interface DescriptionRequest {
  /** Profiles to apply; none: those marked for import. */
  readonly profiles?: readonly string[];
  /** Attributes of the type that replace those of the description. */
  readonly typeAttributes?: Readonly<Record<string, string>>;
  /** Machine name as the kernel gives it, `x86_64`; for sections with `arch`. */
  readonly architecture: string;
  /**
   * Read the description as this generation does, which upgrades it; default: the first that accepts all of it, starting with
   * that of its schema version.
   */
  readonly generation?: Generation;
  /** Names of runtime checks to skip. */
  readonly disabledChecks?: readonly string[];
}

/** The part that needs no choice of profiles and machine. Throws {@link InvalidInputError} with the place of the first error. */
export function checkImage(document: XmlElement, generation: Generation | undefined): CheckedImage {
  if (document.name !== 'image') {
    const message = `A description starts with <image>, not with <${document.name}>.`;
    throw new InvalidInputError('description.not-an-image', message, document.place);
  }
  return generation === undefined ? checkAsFirst(document) : checkAs(document, generation);
}

/**
 * Reads the document element; `earlier` are previous remarks. Throws {@link InvalidInputError} with the place of the
 * first error.
 */
export function readImage(
  document: XmlElement,
  request: DescriptionRequest,
  earlier: readonly Remark[] = [],
): LiveDescription {
  const { path } = document.place;
  const { image, rules, because, schemaVersion, remarks } = checkImage(document, request.generation);
  const profiles = selectProfiles(image, request.profiles ?? [], request.architecture, rules);
  const selection = { profiles: new Set(profiles), architecture: request.architecture };
  const sections = childrenNamed(image, 'preferences').filter((section) => counts(section, selection));
  const type = chooseType(image, selection, rules, request.disabledChecks?.includes(TYPE_UNIQUE) ?? false);
  const first = (name: string) => textsOf(sections, name)[0];
  const last = (name: string) => textsOf(sections, name).at(-1);
  const deciding = rules.decidingPreferences === 'first' ? first : last;
  checkPathParts(image, sections);
  const name = requiredAttribute(image, 'name').trim();
  return {
    path,
    imagePlace: document.place,
    schemaVersion,
    generation: rules,
    generationBecause: because,
    name,
    displayName: attributeOf(image, 'displayname') ?? name,
    version: first('version') ?? '',
    packageManager: first('packagemanager') ?? rules.packageManager,
    locale: deciding('locale'),
    keytable: deciding('keytable'),
    timezone: deciding('timezone'),
    showLicense: deciding('showlicense'),
    bootloaderTheme: last('bootloader-theme'),
    bootsplashTheme: last('bootsplash-theme'),
    profiles,
    ...readType(type, request.typeAttributes ?? {}, rules),
    packages: readPackages(image, selection),
    drivers: filesOf(image, 'drivers', selection, () => true),
    strip: readStrip(image, selection),
    includedFiles: [],
    remarks: [...earlier, ...remarks],
  };
}

function readType(element: XmlElement, overrides: Readonly<Record<string, string>>, rules: GenerationRules) {
  const given = givenOf(element);
  for (const [name, value] of Object.entries(overrides)) {
    given.set(name, { value, place: {}, asOption: true } satisfies GivenText);
  }
  const type = readValues(typeTable, given, '<type>', rules);
  refuse(refusedOfType, given, '<type>');
  const loader = childNamed(element, 'bootloader');
  const loaderGiven = loader ? givenOf(loader) : new Map<string, GivenText>();
  const machine = childNamed(element, 'machine');
  const machineGiven = machine ? givenOf(machine) : new Map();
  const { xen_loader } = readValues(machineTable, machineGiven, '<machine>', rules);
  const size = childNamed(element, 'size');
  return {
    type,
    typePlace: element.place,
    attributePlaces: new Map([...loaderGiven, ...given].map(([name, { place }]) => [name, place])),
    bootloader: readBootloader(loaderGiven, type, rules),
    loaderEnvironment: loader && environmentOf(loader),
    size: size && readSize(size, rules),
    xenGuest: xen_loader !== undefined || type.firmware === 'ec2',
  };
}

function readBootloader(given: ReadonlyMap<string, GivenText>, type: TypeAttributes, rules: GenerationRules) {
  const bootloader = readValues(bootloaderTable, given, '<bootloader>', rules);
  refuse(refusedOfLoader, given, '<bootloader>');
  const { bootloader_console, boottimeout } = type;
  return {
    ...bootloader,
    console: bootloader_console === undefined ? bootloader.console : [bootloader_console],
    timeout: boottimeout ?? bootloader.timeout,
  };
}

/** The place of the first `<environment>`, if it has variables. */
function environmentOf(loader: XmlElement): Place | undefined {
  const settings = childNamed(loader, 'bootloadersettings');
  const environment = settings && childNamed(settings, 'environment');
  return environment && childNamed(environment, 'env') ? environment.place : undefined;
}

function readSize(element: XmlElement, rules: GenerationRules): RootSize {
  const { unit, additive, unpartitioned } = readValues(sizeTable, givenOf(element), '<size>', rules);
  const count = Number(element.text);
  if (unpartitioned > count) {
    const message = `<size unpartitioned="${unpartitioned}"> is more than the whole size, ${count}.`;
    throw new InvalidInputError('description.unpartitioned', message, {
      ...element.place,
      hint: 'Leave unpartitioned out: a live medium has no use for it.',
    });
  }
  return { mebibytes: unit === 'G' ? count * 1024 : count, additive, place: element.place };
}

const installing: ReadonlySet<string> = new Set(['bootstrap', 'image', 'iso']);

function readPackages(image: XmlElement, selection: Selection): PackageLists {
  const sections = childrenNamed(image, 'packages').filter((section) => counts(section, selection));
  const named = (wanted: (type: string) => boolean) =>
    sections
      .filter((section) => wanted(requiredAttribute(section, 'type')))
      .flatMap((section) => memberNames(section, 'package', selection));
  return { installed: named((type) => installing.has(type)), deleted: named((type) => type === 'delete') };
}

function readStrip(image: XmlElement, selection: Selection): StripLists {
  const of = (type: string) => filesOf(image, 'strip', selection, (section) => attributeOf(section, 'type') === type);
  return { delete: of('delete'), tools: of('tools'), libs: of('libs') };
}

function filesOf(
  image: XmlElement,
  list: string,
  selection: Selection,
  wanted: (section: XmlElement) => boolean,
): string[] {
  return childrenNamed(image, list)
    .filter((section) => counts(section, selection) && wanted(section))
    .flatMap((section) => memberNames(section, 'file', selection));
}

function memberNames(section: XmlElement, member: string, { architecture }: Selection): string[] {
  return childrenNamed(section, member)
    .filter((element) => isForMachine(element, architecture))
    .map((element) => requiredAttribute(element, 'name'));
}

/** Texts of elements that become part of a path on this machine or on the medium. */
const PATH_PARTS = ['version', 'bootloader-theme', 'bootsplash-theme'];

/** Throws {@link InvalidInputError} `live.path-component` with the place of the first that could lead elsewhere. */
function checkPathParts(image: XmlElement, sections: readonly XmlElement[]): void {
  const name = image.attributes.get('name');
  if (name) pathComponent(name.value.trim(), { ...name.place, what: '<image name>' });
  for (const part of PATH_PARTS) {
    for (const { text, place } of sections.flatMap((section) => childrenNamed(section, part))) {
      if (text !== '') pathComponent(text, { ...place, what: `<${part}>` });
    }
  }
}

function textsOf(sections: readonly XmlElement[], name: string): string[] {
  return sections.flatMap((section) => childrenNamed(section, name).map((element) => element.text)).filter(Boolean);
}
