// The menus of a disc: those in its tree, and those in the FAT images that firmware boots from.

import { type ByteString, byteStringOf, bytesOf, displayText, type Timestamp } from '../../bytes/index.js';
import { isEspType, isMenuName, LARGEST_MENU, type MenuKind, menuKindOf } from '../../disc/index.js';
import { InvalidInputError, UnsupportedError } from '../../errors.js';
import { SECTORS_PER_BLOCK } from '../../format/eltorito/index.js';
import { openFat, replaceFatFiles } from '../../format/fat/index.js';
import { BLOCK } from '../../format/iso9660/index.js';
import { SECTOR } from '../../format/mbr/index.js';
import { bytesSource, collect, type Patch, type Run, type Source } from '../../io/index.js';
import { file, type LossLog, walk } from '../../tree/index.js';
import { replaceBytes } from '../change/apply.js';
import type { EditContext } from '../edit-context.js';
import { type DiscFile, filesOf, textOf } from './disc-files.js';
import { editedMenu, type MenuChanges, startsKernels, takesTimeout } from './edit-menu.js';
import { mayMiss } from './labels.js';
import { entryNames } from './menu-choice.js';

const EFI_PLATFORM = 0xef;

/** A menu in the tree of the disc. */
export interface FoundMenu {
  readonly file: DiscFile;
  readonly kind: MenuKind;
  readonly text: string;
}

/** A FAT image on the disc. */
export interface FatImage {
  readonly at: number;
  readonly image: Source;
  /** As reports name it. */
  readonly name: string;
}

/** All menus in the tree. */
export async function findMenus({
  disc,
  trees,
  run,
}: Pick<EditContext, 'disc' | 'trees' | 'run'>): Promise<FoundMenu[]> {
  const found: FoundMenu[] = [];
  for (const file of filesOf(trees)) {
    if (!isMenuName(file.path) || file.size > LARGEST_MENU) continue;
    const text = await textOf(disc, file, run);
    const kind = menuKindOf(file.path, text);
    if (kind) found.push({ file, kind, text });
  }
  return found;
}

/** Whether anything about menus changes. */
export function changesMenus({ arguments: { add, remove }, label, defaultEntry, timeout }: MenuChanges): boolean {
  return add.length + remove.length > 0 || label !== undefined || defaultEntry !== undefined || timeout !== undefined;
}

/**
 * Changes all menus. Returns the patches of FAT images, at their places on the old disc. Throws {@link InvalidInputError} `edit.no-menu`
 * if arguments are to change and no menu starts a kernel.
 */
export async function editMenus(context: EditContext, changes: MenuChanges): Promise<Patch[]> {
  const { trees, log, time, losses } = context;
  if (!changesMenus(changes)) return [];
  let kernels = false;
  const choice = new WantedChoice(changes);
  for (const { file: found, kind, text } of await findMenus(context)) {
    kernels ||= startsKernels(kind, text);
    choice.lookIn(found.path, kind, text);
    const edited = editedMenu(kind, text, changes);
    choice.lookAt(kind, edited);
    if (edited === text) continue;
    const node = file(bytesSource(bytesOf(edited as ByteString)), { mtime: time });
    replaceBytes(trees, found.path, node, 'edited', log);
  }
  const patches: Patch[] = [];
  for (const fat of await fatImagesOf(context)) {
    const { edits, startsKernel } = await menusInFat(fat, changes, context.run, choice);
    kernels ||= startsKernel;
    if (edits.size === 0) continue;
    patches.push(...(await patchesOfFat(fat, edits, time)));
    for (const [path, bytes] of edits) log.add(`${fat.name}#/${path}` as ByteString, 'edited', bytes.length);
  }
  choice.reportMissing(losses);
  const { add, remove } = changes.arguments;
  if (kernels || add.length + remove.length === 0) return patches;
  throw new InvalidInputError(
    'edit.no-menu',
    'No menu of the disc starts a kernel, so kernel arguments have no place.',
    {
      hint: 'The menus may be inside an EFI program, which is signed and cannot be changed.',
    },
  );
}

const NO_SUCH_ENTRY =
  'No menu shows such an entry by its title, label, identifier or number, so menus start their first one.';

const NO_TIMEOUT = 'No menu of the disc has a timeout that could be changed.';

const ESCAPED_LABEL =
  'The system may not find the disc by this label: GRUB or dracut change the escapes for its blanks and special characters.';

/** Finds out whether any menu has the entry that becomes the default, whether any has a timeout, and how the label is written. */
class WantedChoice {
  readonly #wanted: string | number | undefined;
  readonly #timeout: number | undefined;
  #isFound = false;
  #hasTimeout = false;
  #count = 0;
  readonly #label: string | undefined;
  #mayMiss = false;

  constructor({ defaultEntry, timeout, label }: MenuChanges) {
    this.#wanted = defaultEntry;
    this.#timeout = timeout;
    this.#label = label?.to;
  }

  /** Takes note of a menu after its edit. */
  lookAt(kind: MenuKind, edited: string): void {
    this.#mayMiss ||= this.#label !== undefined && mayMiss(kind, edited, this.#label);
  }

  lookIn(path: string, kind: MenuKind, text: string): void {
    this.#hasTimeout ||= takesTimeout(kind, text);
    const wanted = this.#wanted;
    // systemd-boot takes names of files and patterns of them.
    if (wanted === undefined || kind === 'loader') return;
    if (kind === 'loader-entry')
      this.#isFound ||= typeof wanted === 'number' || /[*?[]/.test(wanted) || path.includes(wanted);
    else {
      const names = entryNames(kind, text);
      this.#count = Math.max(this.#count, names.length);
      // GRUB evaluates variables in titles, and `>` leads into a submenu.
      const name = String(wanted).split('>').at(-1)!.toLowerCase();
      this.#isFound ||= names.some((one) => one.includes('$') || one.toLowerCase() === name);
    }
    const number = /^\d+$/.test(String(wanted)) ? Number(wanted) : undefined;
    this.#isFound ||= number !== undefined && number < this.#count;
  }

  reportMissing(losses: LossLog): void {
    const wanted = this.#wanted;
    if (wanted !== undefined && !this.#isFound) {
      losses.addValue('edit.default-entry', NO_SUCH_ENTRY, displayText(String(wanted) as ByteString));
    }
    const timeout = this.#timeout;
    if (this.#mayMiss) losses.addValue('edit.label', ESCAPED_LABEL, this.#label!);
    if (timeout !== undefined && !this.#hasTimeout) losses.addValue('edit.timeout', NO_TIMEOUT, `${timeout} s`);
  }
}

/** The images that UEFI boots from and the EFI system partitions, each once. Images that the edit replaces are left out and reported. */
async function fatImagesOf({ disc, trees, losses }: EditContext): Promise<FatImage[]> {
  const { catalog, tables, image, data } = disc;
  const blocks = new Map<number, number>();
  for (const { type, start, sectors } of tables.partitions) {
    if (isEspType(type)) blocks.set(start / SECTORS_PER_BLOCK, sectors * SECTOR);
  }
  for (const { platform, block, sectors } of catalog?.entries ?? []) {
    const size = data.get(block)?.size ?? sectors * SECTOR;
    if (platform === EFI_PLATFORM && !blocks.has(block)) blocks.set(block, size);
  }
  const named = new Map<number, string>();
  const replaced = new Set<number>();
  for (const { path, entry } of trees.walk()) {
    if (entry.data?.old !== undefined && blocks.has(entry.data.old)) named.set(entry.data.old, path);
    const old = entry.data?.replaces?.old;
    if (old !== undefined && blocks.has(old)) replaced.add(old);
  }
  const images: FatImage[] = [];
  for (const [block, size] of blocks) {
    const at = block * BLOCK;
    const name = named.get(block) ?? 'EFI system partition';
    if (replaced.has(block)) {
      losses.addValue('edit.replaced-image', 'Menus in a replaced boot image are left as they are.', name);
      continue;
    }
    const length = Math.min(size, image.size - at);
    if (length > 0) images.push({ at, name, image: image.slice({ at, length }) });
  }
  return images;
}

async function menusInFat({ image }: FatImage, changes: MenuChanges, run: Run, choice: WantedChoice) {
  const edits = new Map<ByteString, Uint8Array>();
  let startsKernel = false;
  const volume = await openFat(image).catch(() => undefined);
  if (!volume) return { edits, startsKernel };
  for (const { path, node } of walk(await volume.tree())) {
    if (node.kind !== 'file' || node.content.size > LARGEST_MENU || !isMenuName(path)) continue;
    const text = byteStringOf(await collect(node.content, run));
    const kind = menuKindOf(path, text);
    if (!kind) continue;
    startsKernel ||= startsKernels(kind, text);
    choice.lookIn(path, kind, text);
    const edited = editedMenu(kind, text, changes);
    choice.lookAt(kind, edited);
    if (edited !== text) edits.set(path, bytesOf(edited as ByteString));
  }
  return { edits, startsKernel };
}

async function patchesOfFat(
  { at, image, name }: FatImage,
  edits: ReadonlyMap<ByteString, Uint8Array>,
  time: Timestamp,
): Promise<Patch[]> {
  try {
    const patches = await replaceFatFiles(image, edits, time);
    return patches.map((patch) => ({ ...patch, at: patch.at + at }));
  } catch (error) {
    if (!(error instanceof UnsupportedError) || error.code !== 'fat.full') throw error;
    const message = `The menu in ${displayText(name as ByteString)} grows, and the FAT volume has no free cluster for it.`;
    throw new UnsupportedError('edit.esp-full', message, {
      hint: 'Replace the boot image by a larger one that has the menu.',
      cause: error,
    });
  }
}
