// The EFI system partition: firmware that starts from a disk finds its boot image by a partition, not by the boot catalog. So an EFI
// boot image becomes a partition too. It is stored where an appended one is, after the payload: a partition inside partition 1
// would overlap it, and firmware ignores entries of a GPT that overlap (EDK II, PartitionCheckGptEntry).

import { fromText } from '../bytes/index.js';
import { InvalidInputError } from '../errors.js';
import { recogniseFat } from '../format/fat/index.js';
import { type Content, type ExactContent, isExact, type Run } from '../io/index.js';
import type { FileTree } from '../tree/index.js';
import type { BootEntryOptions } from './boot-options.js';
import { contentSource } from './head.js';
import { NAMED_LAYOUTS } from './named-layouts.js';
import { type DiscOptions, type ResolvedDiscOptions, resolveDisc } from './options.js';

type EfiImage = Pick<BootEntryOptions, 'image'>;

/** The options with the first EFI boot image as ESP, if there are partitions and no other ESP is given. */
export function withEsp(tree: FileTree<Content>, options: ResolvedDiscOptions): ResolvedDiscOptions {
  const { appendedEsp, partitionTable, layout, bootEntries } = options;
  const hasPlace = partitionTable !== 'none' && (!layout || NAMED_LAYOUTS[layout].appendedEsp !== 'refused');
  if (appendedEsp || !hasPlace) return options;
  const found = bootEntries.find(
    ({ platform, emulation, bootInfoTable, grub2BootInfo }) =>
      platform === 'efi' && emulation === 'none' && !bootInfoTable && !grub2BootInfo,
  );
  const esp = found && contentOf(found, tree);
  if (!esp) return options;
  if (typeof found.image === 'string') return { ...options, appendedEsp: esp, espInTree: true };
  const entries = bootEntries.map((entry) => (entry === found ? { ...entry, image: 'appended-esp' as const } : entry));
  return { ...options, appendedEsp: esp, bootEntries: entries };
}

/**
 * Throws {@link InvalidInputError} `disc.efi-not-fat` for an EFI boot image or ESP that is not FAT, from which no firmware boots. Reads
 * their first sectors, which planning does not do.
 */
export async function checkEfiImages(tree: FileTree<Content>, options: DiscOptions, run: Run): Promise<void> {
  const { bootEntries, appendedEsp } = resolveDisc(options);
  const images: [string, ExactContent | undefined][] = bootEntries
    .filter(({ platform, emulation }) => platform === 'efi' && emulation === 'none')
    .map((entry) => [
      typeof entry.image === 'string' ? entry.image : 'an image outside the tree',
      contentOf(entry, tree),
    ]);
  for (const [name, content] of [...images, ['appended-esp', appendedEsp] as const]) {
    if (!content || (await recogniseFat(contentSource(content, run)))) continue;
    throw new InvalidInputError(
      'disc.efi-not-fat',
      `The EFI boot image ${name} is not a FAT image; no firmware boots from it.`,
      {
        path: name,
        hint: 'Give an image made by mkfs.fat or isopress fat that contains EFI/BOOT/BOOTX64.EFI or a similar file.',
      },
    );
  }
}

/** Undefined for the appended partition, and for paths that planning refuses. */
function contentOf({ image }: EfiImage, tree: FileTree<Content>): ExactContent | undefined {
  if (image === 'appended-esp') return undefined;
  if (typeof image !== 'string') return image;
  const node = tree.get(fromText(image));
  return node?.kind === 'file' && isExact(node.content) && node.content.size > 0 ? node.content : undefined;
}
