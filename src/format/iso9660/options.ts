// Options of the ISO 9660 part of a disc: the only place of their defaults and limits.

import type { Timestamp } from '../../bytes/index.js';
import { InvalidInputError } from '../../errors.js';
import type { InterchangeLevel } from './iso-name.js';
import type { RockRidgeVersion } from './rock-ridge.js';
import type { VolumeTexts } from './volume-descriptor.js';

export type { InterchangeLevel, RockRidgeVersion };

export interface IsoOptions {
  /** Label of the medium, at most 32 ASCII characters, kept as given. Default `CDROM`. */
  readonly volumeId?: string;
  /** At most 32 characters. */
  readonly systemId?: string;
  /** At most 128 characters, as the three that follow. */
  readonly volumeSetId?: string;
  readonly publisher?: string;
  readonly preparer?: string;
  readonly applicationId?: string;
  /** Creation and modification time of the volume. */
  readonly epoch: Timestamp;
  /** 1: names of 8.3; 2: 31 characters; 3: 31 characters and files of 4 GiB and more. Default 3. */
  readonly level?: InterchangeLevel;
  /** A second hierarchy with Unicode names for Windows. Default true. */
  readonly joliet?: boolean;
  /** POSIX names, owners, modes, links and devices. Default `1.10`. */
  readonly rockRidge?: RockRidgeVersion | 'none';
}

export interface ResolvedIsoOptions {
  readonly texts: VolumeTexts;
  readonly epoch: Timestamp;
  readonly level: InterchangeLevel;
  readonly joliet: boolean;
  readonly rockRidge: RockRidgeVersion | undefined;
}

/** Seconds of the last moment a volume descriptor can name, 9999-12-31T23:59:59Z. */
const LATEST_YEAR = 253_402_300_799;
/** Seconds at 0001-01-01T00:00:00Z. */
const EARLIEST_YEAR = -62_135_596_800;

/** Fills in defaults. Throws {@link InvalidInputError} for values the descriptors cannot hold. */
export function resolveIso(options: IsoOptions): ResolvedIsoOptions {
  const {
    volumeId = 'CDROM',
    systemId = '',
    volumeSetId = '',
    publisher = '',
    preparer = '',
    applicationId = '',
  } = options;
  const texts = { volumeId, systemId, volumeSetId, publisher, preparer, applicationId };
  checkLength('volume id', volumeId, 32);
  checkLength('system id', systemId, 32);
  checkLength('volume set id', volumeSetId, 128);
  checkLength('publisher', publisher, 128);
  checkLength('preparer', preparer, 128);
  checkLength('application id', applicationId, 128);
  if (!/^[\x20-\x7e]*$/.test(volumeId)) {
    throw new InvalidInputError('iso9660.volume-id', `The volume id "${volumeId}" has characters beyond ASCII.`, {
      hint: 'Use letters, digits, "_", "-" and ".".',
    });
  }
  if (options.epoch.seconds < EARLIEST_YEAR || options.epoch.seconds > LATEST_YEAR) {
    throw new InvalidInputError('iso9660.epoch', 'The epoch lies outside the years 1 to 9999.');
  }
  const { rockRidge = '1.10', joliet = true, level = 3, epoch } = options;
  return { texts, epoch, level, joliet, rockRidge: rockRidge === 'none' ? undefined : rockRidge };
}

function checkLength(what: string, text: string, longest: number): void {
  if (text.length <= longest) return;
  throw new InvalidInputError(
    'iso9660.text-too-long',
    `The ${what} has ${text.length} characters; ${longest} is the most.`,
  );
}
