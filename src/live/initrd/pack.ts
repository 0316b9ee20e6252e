// From dracut's file to the initrd on the medium: an early archive is kept unchanged, the rest is compressed
// while it is written.

import { concatBytes, padding, SIGNATURE_LENGTH, streamFormat } from '../../bytes/index.js';
import { CPIO_ALIGNMENT, earlyArchiveLength, isCpio } from '../../format/cpio/index.js';
import { type Content, type Data, type ExactContent, exactContent, type Run, smallBytes } from '../../io/index.js';
import type { InitrdCompression } from './choose-compression.js';
import { LARGEST_INITRD } from './pending-initrd.js';

/** The file that dracut made, and an archive to append. */
export interface MadeFile {
  readonly file: ExactContent;
  /** A cpio archive of files that dracut could not put into the file. */
  readonly appended: Uint8Array | undefined;
  /** Whether most of its files are in a squashfs in it: that is compressed, and dracut does not compress it again. */
  readonly isSquashed: boolean;
}

/** An initrd as it goes onto the medium. */
export interface PackedInitrd {
  readonly content: Content;
  readonly compression: PackedCompression;
  /** Bytes before compression; undefined if dracut compressed it. */
  readonly unpackedSize: number | undefined;
  /** As in {@link MadeFile}. */
  readonly isSquashed: boolean;
}

/** Its compression. */
export interface PackedCompression {
  /** `gzip`, `none`, `bzip2`. */
  readonly name: string;
  /** 0 if there are no levels, or dracut chose it. */
  readonly level: number;
  /** Library and version; `dracut` if dracut compressed. */
  readonly engine: string;
}

const NOTHING: PackedCompression = { name: 'none', level: 0, engine: 'none' };

/** Recognises the compression of dracut's file, and compresses it if it is not compressed. */
export async function packInitrd(made: MadeFile, choice: InitrdCompression, run: Run): Promise<PackedInitrd> {
  const { file, appended, isSquashed } = made;
  const whole = withArchive(file, appended);
  const early = isCpio(await headAt(file, 0, run)) ? await earlyArchiveLength(file, run) : 0;
  const head = await headAt(file, early, run);
  if (!isCpio(head)) {
    const compression = { name: streamFormat(head), level: 0, engine: 'dracut' };
    return { content: whole, compression, unpackedSize: undefined, isSquashed };
  }
  const unpackedSize = whole.size;
  if (choice.by !== 'isopress' || isSquashed) return { content: whole, compression: NOTHING, unpackedSize, isSquashed };
  const { stream } = choice;
  const { name, level, engine } = stream;
  const rest = whole.slice({ at: early, length: whole.size - early });
  async function* pieces(running: Run): AsyncGenerator<Data> {
    if (early > 0) yield* file.slice({ at: 0, length: early }).pieces(running);
    yield* stream.compress(rest.pieces(running), running);
  }
  const content = { sizeLimit: LARGEST_INITRD, pieces };
  return { content, compression: { name, level, engine }, unpackedSize, isSquashed };
}

async function headAt(file: ExactContent, at: number, run: Run): Promise<Uint8Array> {
  const length = Math.min(SIGNATURE_LENGTH, file.size - at);
  return concatBytes([
    (await smallBytes(file.slice({ at, length }), run, length))!,
    new Uint8Array(SIGNATURE_LENGTH - length),
  ]);
}

/** Linux unpacks concatenated archives. */
function withArchive(initrd: ExactContent, archive: Uint8Array | undefined): ExactContent {
  if (!archive) return initrd;
  const gap = padding(initrd.size, CPIO_ALIGNMENT);
  return exactContent(initrd.size + gap + archive.length, async function* (run) {
    yield* initrd.pieces(run);
    if (gap > 0) yield { hole: gap };
    yield archive;
  });
}
