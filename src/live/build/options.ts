// What a build can be asked for.

import type { ByteString } from '../../bytes/index.js';
import type { CompressionName, CompressionRequest, EngineChoice, GzipStrategy } from '../../compress/index.js';
import type { DigestName, Run } from '../../io/index.js';
import type { FileTree, Loss, ManifestEntry, Ownership } from '../../tree/index.js';
import type { RuntimeConfiguration } from '../configuration/index.js';
import type { Generation } from '../description/index.js';

/** What a build can be asked for. */
export interface BuildOptions {
  /** Directory of the image description. */
  readonly description: string;
  /** Name of the description in that directory; default: the first that KIWI looks for. */
  readonly descriptionFile?: string;
  /** Read the description as this generation of KIWI does, upgrading it; default: that of its schema version. */
  readonly generation?: Generation;
  /** What the machine and the user want of every build; default: nothing. */
  readonly configuration?: RuntimeConfiguration;
  /** KIWI's names of the runtime checks that are not done. */
  readonly disabledChecks?: readonly string[];
  /**
   * Directory that holds the prepared root tree, which is only read; or what gives the tree, as from an archive: then no
   * program can be run in it, and an initrd has to be given.
   */
  readonly root: string | ((run: Run) => Promise<FileTree>);
  /** Directory for the results; must exist. */
  readonly targetDirectory: string;
  /** Profiles of the description to apply. */
  readonly profiles?: readonly string[];
  /** Attributes of the type that replace what the description says. */
  readonly typeAttributes?: Readonly<Record<string, string>>;
  /** Machine name, `x86_64`; default: that of the programs in the root tree. */
  readonly architecture?: string;
  /** A kernel image to use instead of the root tree's. */
  readonly kernel?: string;
  /** A ready initrd; dracut is not run. */
  readonly initrd?: string;
  /**
   * How dracut runs. `auto` (default): by chroot, where that is not permitted in a user namespace, where there is none
   * the dracut of this machine on the root tree.
   */
  readonly dracut?: 'auto' | 'chroot' | 'userns' | 'sysroot';
  /** Directory in which initrds are kept for later builds; default: none are. */
  readonly initrdCache?: string;
  /** Boot loaders on the medium; default from the description. */
  readonly layout?: 'grub' | 'isolinux' | 'isolinux+grub';
  /** Variables that scripts of the description see beside the usual ones of a tool; default: none. */
  readonly environment?: Readonly<Record<string, string>>;
  /** Default from the description. */
  readonly partitionTable?: 'mbr' | 'gpt' | 'gpt-hybrid';
  /** UDF beside ISO 9660, sharing its files; `auto`, the default: where the files of the medium take more than 4 GiB. */
  readonly udf?: 'auto' | 'on' | 'off';
  /** Default: `suse` when the description asks for a media check, else `none`. */
  readonly mediaCheck?: 'none' | 'suse' | 'rh';
  /** Default sha256. */
  readonly mediaDigest?: DigestName;
  /** Owners of the entries of the root image; default `keep`. */
  readonly ownership?: Ownership;
  /** Patterns of what stays out of the root image, besides what never belongs into it. */
  readonly exclude?: readonly ByteString[];
  /** Entries laid over the root tree; dracut does not see them. */
  readonly manifest?: readonly ManifestEntry[];
  /** Whether extended attributes are read; default true. */
  readonly xattrs?: boolean;
  /** Seconds since 1970 for everything that needs a time; default: the newest time in the root tree. */
  readonly epoch?: number;
  /** Lower later file times to the epoch. Default false. */
  readonly clampTimes?: boolean;
  /** What identities are derived from; default: a digest of the root tree. */
  readonly seed?: string;
  /** Compression of the root image; default from the description. */
  readonly compression?: CompressionName;
  /** In the scale of the compression; default its own. */
  readonly level?: number;
  /** gzip: log2 of the window, and the strategies to try; given, zlib compresses. */
  readonly windowBits?: number;
  readonly strategies?: readonly GzipStrategy[];
  /** xz: more time for less size. */
  readonly extreme?: boolean;
  /** xz: bytes of the dictionary; default the block size. */
  readonly dictionarySize?: number;
  /** xz: branch filters to try; default, and `auto`: that of the architecture. */
  readonly bcj?: NonNullable<CompressionRequest['bcj']>;
  /** Bytes; default 1 MiB. */
  readonly blockSize?: number;
  /** Who compresses and reads attributes; default `auto`. */
  readonly engine?: EngineChoice;
  /** Replace existing results. */
  readonly force?: boolean;
  /** Milliseconds of any clock that only goes forward; for the durations in the report. */
  now(): number;
  /** Remarks: what was left out, chosen or could not be read. */
  note?(text: string): void;
  /** Told what the formats cannot keep, before anything is written; what it throws ends the build. */
  losses?(losses: readonly Loss[]): void;
  /** Every line that external tools print. */
  log?(line: string): void;
}
