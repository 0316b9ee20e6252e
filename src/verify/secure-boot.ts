// Facts about the EFI programs of a volume, and findings about loaders that firmware with Secure Boot would refuse.

import { type ByteString, displayText } from '../bytes/index.js';
import { isFallbackLoader } from '../disc/index.js';
import { isImageFault } from '../errors.js';
import { isSource } from '../io/index.js';
import { walk } from '../tree/index.js';
import { type EfiProgram, readEfiProgram } from './efi-program.js';
import type { CheckedVolume, Layer } from './layer.js';

/** An EFI program and where it is. */
export interface EfiProgramFacts extends EfiProgram {
  /** The layer, as in findings. */
  readonly layer: string;
  readonly path: string;
}

/** Years of Microsoft's certificates for third-party loaders. */
export type MicrosoftCa = 2011 | 2023;

const PROGRAM = /\.efi(\.[a-z]+)*$/i;
/** Size of a page. Firmware that enforces NX loads no program with a smaller section alignment. */
const PAGE = 4096;
const CA = /^Microsoft .*UEFI CA (2011|2023)$/;

/** Reads the EFI programs of a volume. `require` is the certificate that must have issued a signature of every loader. */
export async function checkEfiPrograms(
  volume: CheckedVolume,
  require: MicrosoftCa | undefined,
): Promise<EfiProgramFacts[]> {
  const { layer, tree } = volume;
  const found: EfiProgramFacts[] = [];
  for (const { path, node } of tree ? walk(tree) : []) {
    if (node.kind !== 'file' || !PROGRAM.test(path) || !isSource(node.content)) continue;
    const isLoader = isFallbackLoader(path);
    try {
      const program = await readEfiProgram(node.content, layer.run);
      if (program) {
        found.push({ layer: layer.address, path: displayText(path), ...program });
        judge(layer, path, program, isLoader ? { require } : undefined);
      } else if (isLoader) layer.report('efi.no-program', 'It is not an EFI program: no firmware starts it.', { path });
    } catch (error) {
      // That a file cannot be read has been reported.
      if (!isImageFault(error)) throw error;
    }
  }
  return found;
}

/** Reports faults of one program. `loader` is set for one that firmware starts without a boot entry. */
function judge(
  layer: Layer,
  path: ByteString,
  program: EfiProgram,
  loader: { readonly require: MicrosoftCa | undefined } | undefined,
): void {
  const place = { path };
  const years = program.signers.flatMap(({ issuer }) => CA.exec(issuer)?.[1] ?? []);
  if (program.intact === false) {
    const message = 'Its signature is of other bytes: firmware with secure boot refuses it.';
    layer.report('efi.changed-after-signing', message, place);
  }
  if (!loader) return;
  const { require } = loader;
  if (require !== undefined && !years.includes(String(require))) {
    const by = program.signers.map(({ issuer }) => issuer).join(', ') || 'nobody';
    const message = `No signature is of Microsoft's certificate of ${require}; it is signed by ${by}.`;
    layer.report('efi.ca-missing', message, place);
  } else if (years.length > 0 && !years.includes('2023')) {
    layer.report('efi.ca-2011', "It is signed by Microsoft's certificate of 2011 alone.", place);
  }
  if (years.length > 0 && program.sbat.length === 0) {
    const message = 'It is signed and has no SBAT: firmware with current revocations refuses it.';
    layer.report('efi.no-sbat', message, place);
  }
  if (program.nxCompatible && program.sectionAlignment < PAGE) {
    layer.report('efi.section-alignment', `Its sections are aligned to ${program.sectionAlignment} bytes.`, place);
  }
}
