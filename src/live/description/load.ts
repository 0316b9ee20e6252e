// From a directory to the typed description of one live ISO.

import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { compareBytes, displayText, fromText } from '../../bytes/index.js';
import { InvalidInputError, SourceError, UnsupportedError } from '../../errors.js';
import { sourceError } from '../../io/index.js';
import { type BootloaderAttributes, bootloaderTable } from './bootloader-attributes.js';
import { checkChildren, childrenNamed, onlyChild, requiredAttribute } from './elements.js';
import { counts, selectProfiles } from './profiles.js';
import { type GivenText, givenOf, readValues } from './rows.js';
import { type Generation, generationOf, readSchemaVersion, type SchemaVersion } from './schema-version.js';
import { type RootSize, readSize } from './size.js';
import { type TypeAttributes, typeTable } from './type-attributes.js';
import { matching } from './values.js';
import { parseXml, type XmlElement } from './xml.js';

/** What a description says about one live ISO, profiles and type already chosen. */
export interface LiveDescription {
  /** The file it was read from. */
  readonly path: string;
  readonly schemaVersion: SchemaVersion;
  readonly generation: Generation;
  readonly name: string;
  /** Title in the boot menu. */
  readonly displayName: string;
  readonly version: string;
  readonly packageManager: string | undefined;
  readonly locale: string | undefined;
  readonly keytable: string | undefined;
  readonly timezone: string | undefined;
  readonly bootloaderTheme: string | undefined;
  readonly bootsplashTheme: string | undefined;
  /** Applied profiles, with those they require. */
  readonly profiles: readonly string[];
  readonly type: TypeAttributes;
  readonly bootloader: BootloaderAttributes;
  readonly size: RootSize | undefined;
}

export interface DescriptionRequest {
  /** Profiles to apply; none: those marked for import. */
  readonly profiles?: readonly string[];
  /** Attributes of the type that replace what the description says. */
  readonly typeAttributes?: Readonly<Record<string, string>>;
  /** Machine name as the kernel gives it, `x86_64`; for sections with `arch`. */
  readonly architecture: string;
}

/** Reads the description in a directory. Errors carry file, line and column. */
export async function loadDescription(directory: string, request: DescriptionRequest): Promise<LiveDescription> {
  const path = await findDescription(directory);
  const bytes = await readFile(path).catch((error) => {
    throw sourceError(fromText(path), error);
  });
  return readDescription(decode(bytes, path), path, request);
}

/** The same from a text; `path` is for messages. */
export function readDescription(text: string, path: string, request: DescriptionRequest): LiveDescription {
  const image = parseXml(text, path);
  if (image.name !== 'image') {
    const message = `A description starts with <image>, not with <${image.name}>.`;
    throw new InvalidInputError('description.not-an-image', message, image.place);
  }
  const schemaVersion = readSchemaVersion(image);
  checkChildren(image);
  const profiles = selectProfiles(image, request.profiles ?? []);
  const sections = childrenNamed(image, 'preferences').filter((s) => counts(s, profiles, request.architecture));
  for (const section of childrenNamed(image, 'preferences')) checkChildren(section);
  const type = chooseType(sections, path);
  const first = (name: string) => textOf(sections, name)[0];
  const name = imageName(image);
  return {
    path,
    schemaVersion,
    generation: generationOf(schemaVersion),
    name,
    displayName: image.attributes.get('displayname')?.value ?? name,
    version: first('version') ?? missingVersion(image),
    packageManager: first('packagemanager'),
    locale: first('locale'),
    keytable: first('keytable'),
    timezone: first('timezone'),
    bootloaderTheme: textOf(sections, 'bootloader-theme').at(-1),
    bootsplashTheme: textOf(sections, 'bootsplash-theme').at(-1),
    profiles,
    ...readType(type, request.typeAttributes ?? {}),
  };
}

/** `config.xml`, `image/config.xml`, or the first `*.kiwi` in byte order. */
async function findDescription(directory: string): Promise<string> {
  const list = async (dir: string): Promise<string[]> => {
    try {
      return await readdir(dir);
    } catch (error) {
      if (dir === directory) throw sourceError(fromText(directory), error);
      return [];
    }
  };
  const names = await list(directory);
  if (names.includes('config.xml')) return join(directory, 'config.xml');
  if ((await list(join(directory, 'image'))).includes('config.xml')) return join(directory, 'image', 'config.xml');
  const [kiwi] = names.filter((name) => name.endsWith('.kiwi')).sort(compareBytes);
  if (kiwi) return join(directory, kiwi);
  const shown = displayText(fromText(directory));
  throw new SourceError('description.not-found', `There is no image description in ${shown}.`, {
    path: shown,
    hint: 'Looked for config.xml, image/config.xml and *.kiwi.',
  });
}

function decode(bytes: Uint8Array, path: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw new InvalidInputError('description.encoding', 'The description is not UTF-8 text.', { path });
  }
}

function chooseType(sections: readonly XmlElement[], path: string): XmlElement {
  const candidates = sections.flatMap((section) => childrenNamed(section, 'type'));
  const live = candidates.filter((type) => type.attributes.get('image')?.value === 'iso');
  const chosen = live.find((type) => type.attributes.get('primary')?.value === 'true') ?? live[0];
  if (!chosen) {
    const others = candidates.map((type) => type.attributes.get('image')?.value ?? '?').join(', ') || 'none';
    throw new InvalidInputError('description.no-type', 'The description has no <type image="iso">.', {
      path,
      hint: `Types of the applied profiles: ${others}.`,
    });
  }
  const other = live.find((type) => type !== chosen && type.attributes.get('primary')?.value !== 'true');
  if (other && chosen.attributes.get('primary')?.value !== 'true') {
    const message = 'The applied profiles have several <type image="iso">.';
    throw new InvalidInputError('description.type-twice', message, {
      ...other.place,
      hint: 'Choose one with --profile, or mark it primary="true".',
    });
  }
  return chosen;
}

function readType(element: XmlElement, overrides: Readonly<Record<string, string>>) {
  checkChildren(element);
  const given = givenOf(element);
  for (const [name, value] of Object.entries(overrides)) given.set(name, { value, place: {} } satisfies GivenText);
  const machine = onlyChild(element, 'machine');
  const xen = machine?.attributes.get('xen_loader');
  if (xen) throw new UnsupportedError('description.unsupported', 'Xen guests are not built.', xen.place);
  const loader = onlyChild(element, 'bootloader');
  const size = onlyChild(element, 'size');
  return {
    type: readValues(typeTable, given, '<type>'),
    bootloader: readValues(bootloaderTable, loader ? givenOf(loader) : new Map(), '<bootloader>'),
    size: size && readSize(size),
  };
}

function textOf(sections: readonly XmlElement[], name: string): string[] {
  return sections.flatMap((section) => childrenNamed(section, name).map((element) => element.text)).filter(Boolean);
}

const nameKind = matching(/[a-zA-Z0-9_\-.]+/, 'letters, digits, "_", "-", "."');

function imageName(image: XmlElement): string {
  const name = requiredAttribute(image, 'name');
  if (nameKind.read(name) !== undefined) return name;
  const message = `<image> name="${name}" is not valid. Allowed: ${nameKind.allowed}.`;
  throw new InvalidInputError('description.bad-value', message, image.attributes.get('name')!.place);
}

function missingVersion(image: XmlElement): never {
  throw new InvalidInputError('description.no-version', 'No applied <preferences> section has a <version>.', {
    path: image.place.path,
    hint: 'Add <version>1.0.0</version>: it is part of the file names.',
  });
}
