// The image description as plain typed data: everything that a live ISO is built from.

import type { ErrorPlace } from '../../errors.js';
import type { BootloaderAttributes } from './bootloader-attributes.js';
import type { GenerationRules } from './generations.js';
import type { SchemaVersion } from './schema-version.js';
import type { TypeAttributes } from './type-attributes.js';
import type { Remark } from './upgrade-changes.js';
import type { Place } from './xml.js';

/** What a description says about one live ISO, profiles and type already chosen. */
export interface LiveDescription {
  /** The file it was read from. */
  readonly path: string;
  /** Where `<image>` stands. */
  readonly imagePlace: Place;
  /** As the document states it. */
  readonly schemaVersion: SchemaVersion;
  readonly generation: GenerationRules;
  /** Why it is not the generation of the schema version: the first word that the one before does not know. */
  readonly generationBecause: Remark | undefined;
  readonly name: string;
  /** Title in the boot menu. */
  readonly displayName: string;
  /** Empty where none is given and the check for it is off. */
  readonly version: string;
  readonly packageManager: string | undefined;
  readonly locale: string | undefined;
  readonly keytable: string | undefined;
  readonly timezone: string | undefined;
  /** Name of the license shown at the first start. */
  readonly showLicense: string | undefined;
  readonly bootloaderTheme: string | undefined;
  readonly bootsplashTheme: string | undefined;
  /** Applied profiles, with those they require. */
  readonly profiles: readonly string[];
  readonly type: TypeAttributes;
  /** Where the type stands. */
  readonly typePlace: Place;
  /** Where the attributes of the type and of its boot loader stand that are given; those from an option, in no file. */
  readonly attributePlaces: ReadonlyMap<string, ErrorPlace>;
  readonly bootloader: BootloaderAttributes;
  readonly size: RootSize | undefined;
  /** Whether the medium is one for Xen guests: a machine with `xen_loader`, or the firmware `ec2`. */
  readonly xenGuest: boolean;
  readonly packages: PackageLists;
  /** Kernel drivers that the description lists. */
  readonly drivers: readonly string[];
  readonly strip: StripLists;
  /** What the upgrade to the newest schema of its generation has lost. */
  readonly remarks: readonly Remark[];
}

/** Where an attribute of the type or of its boot loader stands, else the type: for errors about its value. */
export function placeOf({ attributePlaces, typePlace }: LiveDescription, attribute: string): ErrorPlace {
  return attributePlaces.get(attribute) ?? typePlace;
}

/** The size of the root file system that a description asks for. */
export interface RootSize {
  readonly mebibytes: number;
  /** Added to the size found by the content, instead of replacing it. */
  readonly additive: boolean;
  readonly place: ErrorPlace;
}

/** Names of packages, in document order. */
export interface PackageLists {
  /** Installed for this medium: those of type bootstrap, image and iso. */
  readonly installed: readonly string[];
  /** Removed again. */
  readonly deleted: readonly string[];
}

/** File names of the sections <strip>, by their type. */
export interface StripLists {
  readonly delete: readonly string[];
  readonly tools: readonly string[];
  readonly libs: readonly string[];
}
