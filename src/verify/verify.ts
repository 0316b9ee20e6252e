// Walks an image layer by layer, and runs the checks for the formats of each layer.

import { displayText } from '../bytes/index.js';
import { type BootEntryFacts, isEspType, type PartitionFacts, readPartitions } from '../disc/index.js';
import { isImageFault } from '../errors.js';
import { checkExt4 } from '../format/ext4/index.js';
import { checkFat } from '../format/fat/index.js';
import { BLOCK, recogniseIso } from '../format/iso9660/index.js';
import { checkUdf } from '../format/udf/index.js';
import {
  contained,
  imagesIn,
  MOST_LAYERS,
  openImage,
  opensInside,
  type Recognised,
  recogniseAll,
} from '../image/index.js';
import { PartsContent, type Run, type Source, type Spool } from '../io/index.js';
import type { FileTree } from '../tree/index.js';
import { checkBootCatalog } from './boot-catalog.js';
import { checkLiveImages, checkLoaders, lintBoot } from './boot-lint.js';
import { type Finding, FindingList } from './finding.js';
import { checkIso } from './iso.js';
import type { CheckedVolume, Layer } from './layer.js';
import { checkMediaTags } from './media-tags.js';
import { checkPartitions } from './partitions.js';
import { lintPortability } from './portability.js';
import { checkFiles, reportFault } from './readable.js';
import type { Severity } from './rules.js';
import { checkEfiPrograms, type EfiProgramFacts, type MicrosoftCa } from './secure-boot.js';

/** How an image is verified. */
export interface VerifyOptions {
  /** Checks structures only: reads no file contents, and computes no digests. */
  readonly fast?: boolean;
  /** Year of the Microsoft certificate that must have issued a signature of every loader. */
  readonly requireCa?: MicrosoftCa | undefined;
  /** Takes data that must be unpacked before it can be read. Default: compressed files are not opened. */
  readonly spool?: Spool | undefined;
  /** Whether a change of the file in place was interrupted, which its bytes do not show. Default false. */
  readonly unfinished?: boolean;
  readonly run: Run;
}

/** A part of the image that was checked. */
export interface LayerFacts {
  /** The part of its address after the file; empty for the image itself. */
  readonly layer: string;
  /** `iso9660`, `udf`, `fat16`, `ext4` … */
  readonly kinds: readonly string[];
  /** Bytes. */
  readonly size: number;
}

/** The result of verifying an image. */
export interface VerifyReport {
  /** No finding is an error. */
  readonly ok: boolean;
  /** Empty if the image is of no known kind. */
  readonly layers: readonly LayerFacts[];
  readonly findings: readonly Finding[];
  /** Findings left out where a layer has many with the same code. */
  readonly omitted: number;
  readonly counts: Readonly<Record<Severity, number>>;
  /** All EFI programs on discs and in EFI system partitions. */
  readonly efiPrograms: readonly EfiProgramFacts[];
}

const DISCS = ['iso9660', 'udf'];
const UNFINISHED =
  'A change of the image in place was interrupted, or is being made: parts of it may be old and others new.';

/** Checks in addition to that of the files, by the kind of the format. For other formats the readers check all structures that they use. */
const FORMAT_CHECKS: Readonly<Record<string, (layer: Layer) => Promise<void>>> = {
  iso9660: async (layer) => {
    await checkIso(layer);
    await checkMediaTags(layer);
  },
  udf: ({ image, report }) => checkUdf(image, (fault, message, at) => report(`udf.${fault}`, message, placeAt(at))),
  fat: ({ image, report }) => checkFat(image, (fault, message, place) => report(`fat.${fault}`, message, place)),
  ext4: ({ image, report }) => checkExt4(image, (fault, message, at) => report(`ext4.${fault}`, message, placeAt(at))),
};

const placeAt = (at: number | undefined) => (at === undefined ? {} : { at });

/** Checks every layer of an image. Faults of its bytes become findings, never exceptions. */
export async function verifyImage(file: Source, options: VerifyOptions): Promise<VerifyReport> {
  const walkThrough = new Walk(options);
  await walkThrough.enterFile(file);
  const efiPrograms = await walkThrough.lint();
  const { findings, omitted } = walkThrough.list;
  const counts = { error: 0, warning: 0, note: 0 };
  for (const { severity } of findings) counts[severity]++;
  return { ok: counts.error === 0, layers: walkThrough.layers, findings, omitted, counts, efiPrograms };
}

class Walk {
  readonly list = new FindingList();
  readonly layers: LayerFacts[] = [];
  readonly volumes: CheckedVolume[] = [];
  /** Addresses of EFI system partitions and of boot images for EFI. */
  readonly esps = new Set<string>();
  /** Offsets in the outermost image of layers that were entered, so that a file that is also a partition is checked once. */
  readonly #entered = new Set([0]);
  readonly #options: VerifyOptions;

  constructor(options: VerifyOptions) {
    this.#options = options;
  }

  /** Enters the image in a file, which may be compressed or in another container. */
  async enterFile(file: Source): Promise<void> {
    if (this.#options.unfinished) this.list.reporter('')('image.unfinished', UNFINISHED);
    try {
      const { image } = await contained(file, this.#options.spool);
      await this.enter(image, '', 0, 0);
    } catch (error) {
      if (!isImageFault(error)) throw error;
      this.layers.push({ layer: '', kinds: [], size: file.size });
      this.list.reporter('')('image.damaged', `${error.message} [${error.code}]`);
    }
  }

  /** `base` is the offset of this image in the outermost one; undefined if it is compressed or not in one piece there. */
  async enter(image: Source, address: string, depth: number, base: number | undefined): Promise<void> {
    const { fast = false, run } = this.#options;
    const layer: Layer = {
      address,
      image,
      report: this.list.reporter(address),
      hasError: () => this.list.hasError(address),
      run,
      fast,
    };
    const answers = await recogniseAll(image);
    const partitions = await readPartitions(image);
    if (answers.length === 0 && partitions.length === 0) return;
    if (depth > 0 && !opensInside(answers) && partitions.length === 0) return;
    const kinds = answers.map(({ format, found }) => format.facts(found).kind);
    this.layers.push({ layer: address, kinds, size: image.size });
    const bootEntries = await this.#checkStructure(layer, answers);
    await checkPartitions(layer, partitions, bootEntries);
    const tree = answers.length > 0 ? await this.#checkVolume(layer, answers[0]!) : undefined;
    for (const inner of this.#innerOf(layer, partitions, bootEntries, tree, depth, base)) {
      // Reading an inner image may fail because of damage in this one.
      await guarded(layer, () => this.enter(inner.image, inner.address, depth + 1, inner.base));
    }
  }

  /** Runs the checks across volumes, such as menus and kernels. Returns the EFI programs. */
  async lint(): Promise<EfiProgramFacts[]> {
    const esps = this.volumes.filter(({ kind }) => kind.startsWith('fat'));
    const disc = this.volumes.find(({ kind, layer }) => layer.address === '' && DISCS.includes(kind));
    if (disc) {
      const menus = await lintBoot(disc, esps);
      lintPortability(disc, menus);
      checkLiveImages(disc, this.layers);
    }
    for (const esp of esps) if (this.#isEsp(esp)) checkLoaders(esp);
    const programs: EfiProgramFacts[] = [];
    for (const volume of [...(disc ? [disc] : []), ...esps]) {
      programs.push(...(await checkEfiPrograms(volume, this.#options.requireCa)));
    }
    return programs;
  }

  /** Whether firmware boots from a volume: an EFI system partition, or the boot image for EFI. */
  #isEsp({ layer }: CheckedVolume): boolean {
    return this.esps.has(layer.address);
  }

  async #checkStructure(layer: Layer, answers: readonly Recognised[]): Promise<readonly BootEntryFacts[]> {
    let bootEntries: readonly BootEntryFacts[] = [];
    for (const { format } of answers) {
      await guarded(layer, async () => {
        await FORMAT_CHECKS[format.kind]?.(layer);
        const volume = format.kind === 'iso9660' ? await recogniseIso(layer.image) : undefined;
        if (volume) bootEntries = await checkBootCatalog(layer, volume);
      });
    }
    return bootEntries;
  }

  async #checkVolume(layer: Layer, { format, found }: Recognised): Promise<FileTree | undefined> {
    let tree: FileTree | undefined;
    await guarded(layer, async () => {
      tree = await checkFiles(layer, await (await openImage(layer.image)).open());
    });
    const { kind, label, uuid } = format.facts(found);
    this.volumes.push({ layer, kind, label, uuid, tree });
    return tree;
  }

  /** Inner images: files, partitions, and boot images that are neither. Each place in the outermost image is entered once. */
  #innerOf(
    layer: Layer,
    partitions: readonly PartitionFacts[],
    bootEntries: readonly BootEntryFacts[],
    tree: FileTree | undefined,
    depth: number,
    base: number | undefined,
  ): readonly InnerImage[] {
    const { address, image, report } = layer;
    const efi = new Set(bootEntries.flatMap(({ platform, block }) => (platform === 'efi' ? [block * BLOCK] : [])));
    for (const { type, at } of partitions) if (isEspType(type)) efi.add(at);
    const inner: InnerImage[] = [];
    const add = (image: Source, name: string, at: number | undefined) => {
      const place = base === undefined || at === undefined ? undefined : base + at;
      if (place !== undefined && this.#entered.has(place)) return;
      if (place !== undefined) this.#entered.add(place);
      if (at !== undefined && efi.has(at)) this.esps.add(`${address}/${name}`);
      inner.push({ address: `${address}/${name}`, image, base: place });
    };
    for (const [path, content] of tree ? imagesIn(tree, depth) : []) {
      add(content, displayText(path), content instanceof PartsContent ? content.start : undefined);
    }
    for (const { number, at, size } of [...partitions].reverse()) {
      if (at === 0 || at + size > image.size || size === 0) continue;
      add(image.slice({ at, length: size }), `#${number}`, at);
    }
    for (const [index, { block, platform }] of bootEntries.entries()) {
      const at = block * BLOCK;
      if (platform !== 'efi' || at === 0 || at >= image.size) continue;
      // The catalog has only 16 bits for a size, so the file system inside decides where it ends.
      add(image.slice({ at, length: image.size - at }), `#boot${index + 1}`, at);
    }
    if (inner.length > 0 && depth >= MOST_LAYERS) {
      report('image.depth', `Images are nested deeper than ${MOST_LAYERS} levels; the inner ones are not checked.`);
      return [];
    }
    return inner;
  }
}

/** An image in another one. */
interface InnerImage {
  readonly address: string;
  readonly image: Source;
  readonly base: number | undefined;
}

/** Runs a check, and turns an error about the bytes of the image into a finding. */
async function guarded(layer: Layer, check: () => Promise<void>): Promise<void> {
  try {
    await check();
  } catch (error) {
    if (!isImageFault(error)) throw error;
    reportFault(layer, error);
  }
}
