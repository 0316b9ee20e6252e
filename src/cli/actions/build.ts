// Runs `isopress build`: the options of the command as those of the build.

import { join } from 'node:path';
import { defined } from '../../bytes/index.js';
import type { PartitionTable } from '../../disc/index.js';
import { UsageError } from '../../errors.js';
import { type DigestName, hostKind } from '../../io/index.js';
import {
  type BuildInput,
  type BuildOptions,
  buildLiveIso,
  type Generation,
  type InitrdCompressionRequest,
  loadConfiguration,
  type MediumOptions,
  planLiveIso,
  type SbomFormat,
} from '../../live/index.js';
import { type ContainerFacts, containerReference } from '../../source/index.js';
import { type FileTree, layOver } from '../../tree/index.js';
import { argumentBytes } from '../argument-bytes.js';
import { buildText, planText } from '../build-text.js';
import type { CacheOptions } from '../cache-options.js';
import { type CompressionOptions, compressionSettings } from '../compression-options.js';
import { containerLines } from '../container-text.js';
import { engineFacts } from '../engines.js';
import { environmentEpoch } from '../environment-epoch.js';
import type { GivenOption } from '../given-options.js';
import type { OpenedSource } from '../image-source.js';
import { earlierImage, type LikeOptions } from '../like-option.js';
import { settleLosses } from '../losses.js';
import { manifestEntries } from '../manifest-options.js';
import { ownerRules } from '../owner-rules.js';
import { openSession, type Session } from '../session.js';
import { fakerootText } from '../source.js';
import { parseSourceName } from '../source-name.js';
import { openSources } from '../sources.js';
import { type StatementOptions, statementOptions } from '../statement-options.js';
import { seconds } from '../units.js';
import { UnpackedRoot } from '../unpacked-root.js';
import { excludePatterns, type WriterOptions } from '../writer-options.js';

/** Parsed values of the command's options. */
export interface BuildCommandOptions
  extends WriterOptions,
    CompressionOptions,
    CacheOptions,
    LikeOptions,
    StatementOptions {
  readonly description: string;
  readonly kiwiFile?: string;
  readonly generation?: Generation;
  readonly root: readonly string[];
  readonly targetDir: string;
  readonly profile: readonly string[];
  readonly type: 'iso';
  readonly setTypeAttr: Readonly<Record<string, string>>;
  readonly rootFilesystem?: 'ext4' | 'squashfs' | 'erofs';
  readonly config?: string;
  readonly targetArch?: string;
  readonly initrd?: string;
  readonly dracut: 'auto' | 'chroot' | 'userns' | 'sysroot';
  readonly initrdCache?: string;
  readonly rehash?: boolean;
  readonly initrdCompression?: InitrdCompressionRequest;
  readonly kernel?: string;
  readonly sbom: readonly SbomFormat[];
  readonly sbomFiles?: boolean;
  readonly netboot?: string;
  readonly netbootUrl?: string;
  readonly layout?: 'grub' | 'isolinux' | 'isolinux+grub';
  readonly partitionTable?: Exclude<PartitionTable, 'none'>;
  readonly udf: 'auto' | 'on' | 'off';
  readonly mediaCheck?: 'none' | 'suse' | 'rh';
  readonly mediaDigest?: DigestName;
  readonly blockSize?: number;
}

/** Builds the ISO, or prints the plan of it. */
export async function build(options: BuildCommandOptions, given: readonly GivenOption[]): Promise<void> {
  const session = openSession(options);
  const started = session.now();
  const root = await rootOf(options, session);
  try {
    const configuration = await loadConfiguration({ home: process.env['HOME'], file: options.config });
    const request = {
      ...buildOptions(options, root.given, session),
      ...statementOptions(options, given),
      configuration,
    };
    if (options.plan) {
      const plan = await planLiveIso({ ...request, keys: options.json ?? false }, session.run);
      return session.result('build-plan', { ...plan.report, keys: plan.keys, medium: plan.layout }, planText(plan));
    }
    const report = await buildLiveIso(request, session.run);
    const milliseconds = session.now() - started;
    const engine = engineFacts(options.engine);
    const text = buildText(report, milliseconds, engine);
    if (options.verbose) text.push(`sha256 ${report.sha256}`);
    const { containers } = root;
    const facts = { ...report, ...(containers.length > 0 && { containers }), seconds: seconds(milliseconds), engine };
    session.result('build', facts, [...containers.flatMap((one) => [one.name, ...containerLines(one)]), ...text]);
  } finally {
    await root.close();
    session.close();
  }
}

/** A container image of a root, as reported. */
interface BuiltContainer extends ContainerFacts {
  /** As it was given. */
  readonly name: string;
}

interface GivenRoot {
  readonly given: Pick<BuildInput, 'root' | 'unpack' | 'over' | 'containers'>;
  /** Container images among the roots that were opened. */
  readonly containers: readonly BuiltContainer[];
  close(): Promise<void>;
}

/**
 * A directory by its name, with the other roots laid over it. Anything else is opened when the build asks for it, and unpacked if programs
 * have to run in it. All are read whole: patterns apply to the root image.
 */
async function rootOf(options: BuildCommandOptions, session: Session): Promise<GivenRoot> {
  const roots = [...options.root, ...options.add];
  const opened: OpenedSource[] = [];
  const containers: BuiltContainer[] = [];
  const onContainer = (facts: ContainerFacts, name: string) => containers.push({ name, ...facts });
  const stated = () =>
    containers.map(({ digest, configDigest, labels }) => ({ digest: digest ?? configDigest, labels }));
  const open = async (sources: readonly string[]) => {
    const everything = { ...options, exclude: [], excludeFrom: [], onContainer };
    const one = await openSources(sources, join(options.targetDir, 'root'), everything, session);
    opened.push(one);
    return one.tree;
  };
  const unpacked = new UnpackedRoot(options.targetDir);
  const close = async () => {
    await unpacked.close();
    for (const one of opened) await one.close();
  };
  const [first = '', ...others] = roots;
  if (!(await isPlainRoot(first))) {
    const unpack = (tree: FileTree) => unpacked.unpack(tree, options.engine, session);
    return { given: { root: () => open(roots), unpack, containers: stated }, containers, close };
  }
  if (others.length === 0) return { given: { root: first }, containers, close };
  const over = async (tree: FileTree) => layOver(tree, await open(others));
  return { given: { root: first, over, containers: stated }, containers, close };
}

/** Whether a root is a directory, or nothing at all, which the build refuses. */
async function isPlainRoot(root: string): Promise<boolean> {
  if (root === '-') return false;
  const { path, part, into } = parseSourceName(argumentBytes(root));
  if (part !== undefined || into !== undefined) return false;
  if (root === '' || containerReference(path)) return root === '';
  const kind = hostKind(path);
  if (kind !== undefined) return kind !== 'file';
  const { sourceAddress } = await import('../image-source.js');
  return sourceAddress(path) === undefined;
}

function buildOptions(options: BuildCommandOptions, root: GivenRoot['given'], session: Session): BuildOptions {
  return {
    input: { ...root, ...defined({ architecture: options.targetArch, kernel: options.kernel }) },
    description: {
      directory: options.description,
      profiles: options.profile,
      typeAttributes: typeAttributes(options),
      ...defined({ file: options.kiwiFile, generation: options.generation }),
    },
    initrd: {
      dracut: options.dracut,
      ...defined({
        file: options.initrd,
        cacheDirectory: options.initrdCache,
        compression: options.initrdCompression,
      }),
    },
    medium: mediumOptions(options),
    tree: {
      ownership: options.owner,
      exclude: excludePatterns(options),
      manifest: manifestEntries(options),
      owners: (tree) => ownerRules(options, tree),
      xattrs: options.xattrs,
      clampTimes: options.clampMtime ?? false,
      ...defined({
        seed: options.seed,
        epoch: options.epoch ?? environmentEpoch(),
        fakerootState: fakerootText(options),
      }),
    },
    compression: {
      ...compressionSettings(options),
      ...defined({ name: options.compression, blockSize: options.blockSize }),
    },
    events: {
      now: session.now,
      note: session.note,
      log: session.detail,
      losses: (losses) => settleLosses(losses, options, session),
    },
    cache: { places: options.cache, now: Date.now, rehash: options.rehash ?? false },
    ...(options.like === undefined ? {} : { like: earlierImage(options.like) }),
    targetDirectory: options.targetDir,
    sbom: options.sbom,
    sbomFiles: options.sbomFiles ?? false,
    ...defined({ netboot: netbootOptions(options) }),
    force: options.force ?? false,
    engine: options.engine,
  };
}

/** Attributes of the type that are replaced; the root file system also has its own option. */
function typeAttributes({ setTypeAttr, rootFilesystem }: BuildCommandOptions): Readonly<Record<string, string>> {
  return rootFilesystem === undefined ? setTypeAttr : { ...setTypeAttr, filesystem: rootFilesystem };
}

function netbootOptions({ netboot, netbootUrl }: BuildCommandOptions): BuildOptions['netboot'] {
  if (netboot !== undefined) return { directory: netboot, ...defined({ url: netbootUrl }) };
  if (netbootUrl === undefined) return undefined;
  throw new UsageError('live.netboot-url', 'There is no netboot set that the URL could be for.', {
    option: 'netbootUrl',
    hint: 'Name its directory with --netboot DIR.',
  });
}

function mediumOptions({ layout, partitionTable, udf, mediaCheck, mediaDigest }: BuildCommandOptions): MediumOptions {
  return { udf, ...defined({ layout, partitionTable, mediaCheck, mediaDigest }) };
}
