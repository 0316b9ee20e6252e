// The options of a build, in groups.

import type { ByteString } from '../../bytes/index.js';
import type { CachePlaces } from '../../cache/index.js';
import type { CompressionName, CompressionRequest, EngineChoice } from '../../compress/index.js';
import type { Ext4Places } from '../../format/ext4/index.js';
import type { SquashfsPlaces } from '../../format/squashfs/index.js';
import type { DigestName, Run } from '../../io/index.js';
import type { FileTree, Loss, ManifestEntry, OwnerRules, Ownership } from '../../tree/index.js';
import type { RuntimeConfiguration } from '../configuration/index.js';
import type { Generation } from '../description/index.js';
import type { InitrdCompressionRequest } from '../initrd/index.js';
import type { NetbootOptions } from '../netboot/options.js';
import type { ProvenanceOptions } from '../provenance/options.js';
import type { SbomFormat } from '../sbom/index.js';
import type { SigningOptions } from '../signing/options.js';

/** The options of a build. */
export interface BuildOptions {
  readonly input: BuildInput;
  readonly description: DescriptionOptions;
  readonly initrd?: InitrdOptions;
  readonly medium?: MediumOptions;
  readonly tree?: RootTreeOptions;
  /** Compression of the root image; default from the description. */
  readonly compression?: RootCompressionOptions;
  readonly events?: BuildEvents;
  /** Stores of what earlier builds made: initrds, compressed blocks, finished media. Default: none. They change no byte. */
  readonly cache?: BuildCache;
  /** An earlier image whose places the root image keeps, so that both differ in little more than what has changed. Default: none. */
  readonly like?: EarlierImage;
  /** Directory for the results; must exist. */
  readonly targetDirectory: string;
  /** Replace existing results. Default false. */
  readonly force?: boolean;
  /** Bills of materials to write next to the ISO, by their formats. Default: none. */
  readonly sbom?: readonly SbomFormat[];
  /** Whether bills of materials list the files of each package with their digests, for which they are all read. Default false. */
  readonly sbomFiles?: boolean;
  /** A statement about the inputs of the ISO to write next to it; default: none. Every file of the root tree is read once more for it. */
  readonly provenance?: ProvenanceOptions;
  /** Signs the ISO, bills of materials and the provenance statement before they get their names; default: nothing is signed. */
  readonly signing?: SigningOptions;
  /** A directory with the files for booting over a network; default: none. */
  readonly netboot?: NetbootOptions;
  /** Settings of this machine and this user for every build; default: none. */
  readonly configuration?: RuntimeConfiguration;
  /** Compresses, and reads attributes; default `auto`. */
  readonly engine?: EngineChoice;
}

/** Where results of builds are kept. */
export interface BuildCache extends CachePlaces {
  /**
   * Whether every file of a root directory is read for the keys. Default false: with {@link CachePlaces.now}, digests of files that have
   * the same inode, size, modification and change time as in an earlier build are taken from the cache.
   */
  readonly rehash?: boolean;
}

/** Reads the places of an earlier image; only the function for the kind of the root image is called. */
export interface EarlierImage {
  /** Of an ext4 that is packed into a squashfs. */
  ext4(): Promise<Ext4Places>;
  /** Of a squashfs that is the root itself. */
  squashfs(): Promise<SquashfsPlaces>;
}

/** The input of a live ISO, in addition to its description. */
export interface BuildInput {
  /**
   * Directory of the prepared root tree, which is only read; or a function that returns the tree, for example from an archive:
   * then programs run in it only if {@link unpack} is given.
   */
  readonly root: string | ((run: Run) => Promise<FileTree>);
  /**
   * Unpacks a root tree that is not a directory, for programs that run in it, and returns the path of the directory. It gets the part
   * of the tree that such programs need, and nothing of it goes into the root image. Without it an initrd must be given; with a given
   * initrd it is not called.
   */
  readonly unpack?: (root: FileTree, run: Run) => Promise<string>;
  /**
   * Lays other trees over the root tree, which is passed to it. The root image has the result; programs that run in a directory see only
   * the directory.
   */
  readonly over?: (root: FileTree, run: Run) => Promise<FileTree>;
  /** The container images that the root tree is made of, for the provenance statement; called when the tree has been read. Default: none. */
  readonly containers?: () => readonly ContainerInput[];
  /** Machine name such as `x86_64`; default: that of the programs in the root tree. */
  readonly architecture?: string;
  /** Path of a kernel image to use instead of the root tree's. */
  readonly kernel?: string;
}

/** A container image that a root tree is made of. */
export interface ContainerInput {
  /** `sha256:…` of its manifest, or of its configuration if it has no manifest. */
  readonly digest: string;
  readonly labels: Readonly<Record<string, string>>;
}

/** The image description, and how it is read. */
export interface DescriptionOptions {
  /** Directory of the description. */
  readonly directory: string;
  /** Name of the description in that directory; default: the first that KIWI looks for. */
  readonly file?: string;
  /** Read it as this generation of KIWI does, upgrading it; default: the first that accepts all of it. */
  readonly generation?: Generation;
  /** Profiles to apply; default: those that the description imports. */
  readonly profiles?: readonly string[];
  /** Attributes of the type that replace those of the description. */
  readonly typeAttributes?: Readonly<Record<string, string>>;
  /** KIWI's names of the runtime checks to skip. */
  readonly disabledChecks?: readonly string[];
  /** Environment variables for scripts of the description, in addition to those of every tool; default: none. */
  readonly scriptEnvironment?: Readonly<Record<string, string>>;
}

/** The source of the initrd. */
export interface InitrdOptions {
  /** Path of a ready initrd; dracut is not run. */
  readonly file?: string;
  /**
   * How dracut runs. `auto` (default): by chroot; if that is not permitted, in a user namespace; if that is impossible, the dracut
   * of this machine on the root tree.
   */
  readonly dracut?: 'auto' | 'chroot' | 'userns' | 'sysroot';
  /**
   * Compression of an initrd that dracut makes. Default: xz up to KIWI 9.23, else that of dracut's configuration in the root
   * tree, else gzip.
   */
  readonly compression?: InitrdCompressionRequest;
  /** Directory that keeps initrds for later builds, and nothing else; default: none is kept. */
  readonly cacheDirectory?: string;
}

/** How the medium boots and is checked. */
export interface MediumOptions {
  /** Boot loaders on the medium; default from the description. */
  readonly layout?: 'grub' | 'isolinux' | 'isolinux+grub';
  /** Default from the description. */
  readonly partitionTable?: 'mbr' | 'gpt' | 'gpt-hybrid';
  /** UDF in addition to ISO 9660, sharing its files; `auto` (default): if the files of the medium take more than 4 GiB. */
  readonly udf?: 'auto' | 'on' | 'off';
  /** Style of the media-check tag; default: `suse` if the description asks for a media check, else `none`. */
  readonly mediaCheck?: 'none' | 'suse' | 'rh';
  /** Default sha256; md5 for `rh`. */
  readonly mediaDigest?: DigestName;
}

/** How the root tree is prepared for the root image. */
export interface RootTreeOptions {
  /** How owners of a root tree that was made without privileges are restored, before `ownership`. */
  readonly owners?: (root: FileTree) => OwnerRules;
  /** Text of a file that `fakeroot -s` wrote: owners, modes and devices of the directory are as under fakeroot. Default: none. */
  readonly fakerootState?: string;
  /** Owners of the entries of the root image; default `keep`. */
  readonly ownership?: Ownership;
  /** Patterns of entries to leave out of the root image, in addition to those that are never part of one. */
  readonly exclude?: readonly ByteString[];
  /** Entries laid over the root tree; dracut does not see them. */
  readonly manifest?: readonly ManifestEntry[];
  /** Whether extended attributes are read; default true. */
  readonly xattrs?: boolean;
  /** Seconds since 1970, for everything that needs a time and does not have one; default: the newest time in the root tree. */
  readonly epoch?: number;
  /** Lower later file times to the epoch. Default false. */
  readonly clampTimes?: boolean;
  /** Source of all identities, such as UUIDs; default: a digest of the root tree. */
  readonly seed?: string;
}

/** How the root image is compressed: the settings of {@link CompressionRequest}, and the block size. */
export interface RootCompressionOptions extends Omit<CompressionRequest, 'name' | 'engine'> {
  readonly name?: CompressionName;
  /** Bytes of a squashfs block; default 1 MiB. */
  readonly blockSize?: number;
}

/** Called during a build. */
export interface BuildEvents {
  /** A remark: what was left out, chosen or could not be read. The report repeats them all. */
  note?(text: string): void;
  /** Metadata that the formats cannot store, before anything is written. An error thrown here ends the build. */
  losses?(losses: readonly Loss[]): void;
  /** A line that another program printed. */
  log?(line: string): void;
  /** Milliseconds of any clock that only goes forward, for the durations in the report. Default: all of them are 0. */
  now?(): number;
}

/** The options without the events. */
export type BuildRequest = Omit<BuildOptions, 'events'>;
