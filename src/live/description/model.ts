// The image description of a live ISO as plain typed data.

import type { ErrorPlace } from '../../errors.js';
import type { BootloaderAttributes } from './bootloader-attributes.js';
import type { GenerationRules } from './generations.js';
import type { SchemaVersion } from './schema-version.js';
import type { TypeAttributes } from './type-attributes.js';
import type { Remark } from './upgrade-changes.js';
import type { Place } from './xml.js';

/** The description of one live ISO, with profiles and type chosen. */
export interface LiveDescription {
  /** The file it was read from. */
  readonly path: string;
  /** Paths of the files that it includes. */
  readonly includedFiles: readonly string[];
  /** The place of `<image>`. */
  readonly imagePlace: Place;
  /** As the document states it. */
  readonly schemaVersion: SchemaVersion;
  readonly generation: GenerationRules;
  /** The reason for a later generation than that of the schema version: the first word that the one before does not know. */
  readonly generationBecause: Remark | undefined;
  readonly name: string;
  /** Title in the boot menu. */
  readonly displayName: string;
  /** Empty if it is not given and the check for it is off. */
  readonly version: string;
  readonly packageManager: string | undefined;
  readonly locale: string | undefined;
  readonly keytable: string | undefined;
  readonly timezone: string | undefined;
  /** Name of the license that the first start shows. */
  readonly showLicense: string | undefined;
  readonly bootloaderTheme: string | undefined;
  readonly bootsplashTheme: string | undefined;
  /** Applied profiles, with those they require. */
  readonly profiles: readonly string[];
  readonly type: TypeAttributes;
  /** The place of the type. */
  readonly typePlace: Place;
  /** The places of the given attributes of the type and of its boot loader; an attribute from an option has no file. */
  readonly attributePlaces: ReadonlyMap<string, ErrorPlace>;
  readonly bootloader: BootloaderAttributes;
  /** Where the variables of the boot loader's environment are; undefined: there are none. Only disks keep them. */
  readonly loaderEnvironment: Place | undefined;
  readonly size: RootSize | undefined;
  /** Whether the medium is one for Xen guests: a machine with `xen_loader`, or the firmware `ec2`. */
  readonly xenGuest: boolean;
  readonly packages: PackageLists;
  /** Kernel drivers that the description lists. */
  readonly drivers: readonly string[];
  readonly strip: StripLists;
  /** Losses of the upgrade to the newest schema of its generation. */
  readonly remarks: readonly Remark[];
}

/** The place of an attribute of the type or of its boot loader, otherwise that of the type: for errors about its value. */
export function placeOf({ attributePlaces, typePlace }: LiveDescription, attribute: string): ErrorPlace {
  return attributePlaces.get(attribute) ?? typePlace;
}

/** The size of the root file system that a description asks for. */
export interface RootSize {
  readonly mebibytes: number;
  /** Added to the size derived from the content instead of replacing it. */
  readonly additive: boolean;
  readonly place: ErrorPlace;
}

/** Names of packages, in document order. */
export interface PackageLists {
  /** Installed for this medium: those of type bootstrap, image and iso. */
  readonly installed: readonly string[];
  /** Packages to remove. */
  readonly deleted: readonly string[];
}

/** File names of the sections <strip>, by their type. */
export interface StripLists {
  readonly delete: readonly string[];
  readonly tools: readonly string[];
  readonly libs: readonly string[];
}
