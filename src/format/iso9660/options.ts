// Options of the ISO 9660 part of a disc: the only place of their defaults and limits.

import type { Timestamp } from '../../bytes/index.js';
import { InvalidInputError, UsageError } from '../../errors.js';
import type { InterchangeLevel, Relaxation } from './iso-name.js';
import type { RockRidgeVersion } from './rock-ridge.js';
import { aCharacters } from './text.js';
import type { VolumeDates, VolumeTexts } from './volume-descriptor.js';

export type { InterchangeLevel, Relaxation, RockRidgeVersion };

/** Directories below the eighth level: they stay, move up (Rock Ridge shows their original place), or are refused. */
export type DeepDirectories = 'keep' | 'relocate' | 'refuse';

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
  /** Names of informational files in the root directory, at most 37 characters each. */
  readonly copyrightFile?: string;
  readonly abstractFile?: string;
  readonly bibliographicFile?: string;
  /** Creation and modification time of the volume. */
  readonly epoch: Timestamp;
  /** Dates of the volume other than the epoch; expiration and effective date are unspecified by default. */
  readonly dates?: Partial<VolumeDates>;
  /**
   * 1: names of 8.3; 2: 31 characters; 3: 31 characters and files of 4 GiB and more; 4: ISO 9660:1999, names nearly as they
   * are and files of 4 GiB and more. Default 3.
   */
  readonly level?: InterchangeLevel;
  /** Rules for names to relax below level 4. Default none. */
  readonly relax?: readonly Relaxation[];
  /** Directories below the eighth level: kept in place, moved to /rr_moved by Rock Ridge, or refused. Default `keep`. */
  readonly deep?: DeepDirectories;
  /**
   * All rules of ECMA-119 and of Joliet are kept, and violations are refused: relaxations, level 4, names of Joliet
   * over 64 characters, paths that are too long, deep directories that are kept, ids in other characters. Default false.
   */
  readonly strict?: boolean;
  /** A second hierarchy with Unicode names for Windows; `long`: of 103 instead of 64 characters. Default true. */
  readonly joliet?: boolean | 'long';
  /** POSIX names, owners, modes, links and devices. Default `1.10`. */
  readonly rockRidge?: RockRidgeVersion | 'none';
  /** Extended attributes and access lists in addition to Rock Ridge, for xorriso to restore (AAIP). Default true. */
  readonly xattrs?: boolean;
}

export interface ResolvedIsoOptions {
  readonly texts: VolumeTexts;
  readonly dates: VolumeDates;
  readonly level: InterchangeLevel;
  readonly relax: readonly Relaxation[];
  readonly deep: DeepDirectories;
  readonly strict: boolean;
  readonly joliet: false | 'standard' | 'long';
  readonly rockRidge: RockRidgeVersion | undefined;
  readonly xattrs: boolean;
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
    copyrightFile = '',
    abstractFile = '',
    bibliographicFile = '',
  } = options;
  const files = { copyrightFile, abstractFile, bibliographicFile };
  const texts = { volumeId, systemId, volumeSetId, publisher, preparer, applicationId, ...files };
  checkLength('volumeId', volumeId, 32);
  checkLength('systemId', systemId, 32);
  checkLength('volumeSetId', volumeSetId, 128);
  checkLength('publisher', publisher, 128);
  checkLength('preparer', preparer, 128);
  checkLength('applicationId', applicationId, 128);
  for (const [option, name] of Object.entries(files)) checkLength(option, name, 37);
  if (!/^[\x20-\x7e]*$/.test(volumeId)) {
    throw new UsageError('iso9660.volume-id', `The volume id "${volumeId}" has characters beyond ASCII.`, {
      option: 'volumeId',
      hint: 'Use letters, digits, "_", "-" and ".".',
    });
  }
  if (options.deep === 'relocate' && options.rockRidge === 'none') {
    throw new UsageError('iso9660.deep', 'Only Rock Ridge can record the original place of a moved directory.', {
      option: 'deep',
      hint: 'Write Rock Ridge, or keep deep directories where they are.',
    });
  }
  if (options.strict) checkStrict(options, { volumeId, systemId });
  const dates = { created: options.epoch, modified: options.epoch, expires: undefined, effective: undefined };
  const { rockRidge = '1.10', joliet = true, level = 3, relax = [] } = options;
  return {
    texts,
    dates: checkedDates({ ...dates, ...options.dates }),
    level,
    relax,
    deep: options.deep ?? usualDeep(options),
    strict: options.strict ?? false,
    joliet: joliet === true ? 'standard' : joliet,
    rockRidge: rockRidge === 'none' ? undefined : rockRidge,
    xattrs: rockRidge !== 'none' && (options.xattrs ?? true),
  };
}

/** Without Rock Ridge the original place of a moved directory would be lost. */
function usualDeep({ strict, rockRidge }: IsoOptions): DeepDirectories {
  if (!strict) return 'keep';
  return rockRidge === 'none' ? 'refuse' : 'relocate';
}

function checkStrict({ level, relax, joliet, deep }: IsoOptions, ids: { volumeId: string; systemId: string }): void {
  const broken = [
    [level === 4, 'level 4, which is another standard', 'Choose level 1, 2 or 3.'],
    [relax !== undefined && relax.length > 0, 'relaxed names', 'Leave out the relaxations.'],
    [joliet === 'long', 'names of Joliet over 64 characters', 'Leave out the length of Joliet names.'],
    [deep === 'keep', 'directories below the eighth level', 'Move or refuse them.'],
    [!/^[A-Z0-9_]*$/.test(ids.volumeId), `the volume id "${ids.volumeId}"`, 'Use A to Z, 0 to 9 and "_".'],
    [ids.systemId !== aCharacters(ids.systemId), `the system id "${ids.systemId}"`, 'Use capital letters.'],
  ] as const;
  for (const [isBroken, what, hint] of broken) {
    if (isBroken)
      throw new UsageError('iso9660.strict', `A strict volume does not allow ${what}.`, { option: 'strict', hint });
  }
}

function checkedDates(dates: VolumeDates): VolumeDates {
  for (const date of Object.values(dates) as (Timestamp | undefined)[]) {
    if (!date || (date.seconds >= EARLIEST_YEAR && date.seconds <= LATEST_YEAR)) continue;
    throw new InvalidInputError('iso9660.epoch', 'A date of the volume is outside the years 1 to 9999.');
  }
  return dates;
}

function checkLength(option: string, text: string, longest: number): void {
  if (text.length <= longest) return;
  const message = `${text.length} characters do not fit: the descriptor has room for ${longest}.`;
  throw new UsageError('iso9660.text-too-long', message, { option, hint: 'Choose a shorter one.' });
}
