// The boot linter: files that menus of a disc refer to exist, and are of the expected kind.

import { type ByteString, byteStringOf, displayText, fromText, lossyText, streamFormat } from '../bytes/index.js';
import {
  isFallbackLoader,
  isMenuName,
  isSyslinuxProgram,
  LARGEST_MENU,
  type MenuKind,
  menuKindOf,
  udevEscaped,
} from '../disc/index.js';
import { bytesAt, isSource, quietRun, smallBytes } from '../io/index.js';
import { type File, type FileTree, follow, walk } from '../tree/index.js';
import {
  liveImages,
  type Menu,
  type MenuEntry,
  mediumLabel,
  readGrubMenu,
  readIsolinuxMenu,
  readLoaderEntry,
} from './boot-menus.js';
import type { CheckedVolume } from './layer.js';
import type { RuleCode } from './rules.js';

const HEAD = 0x210;
const READERS: Readonly<Partial<Record<MenuKind, (text: string) => Menu>>> = {
  grub: readGrubMenu,
  isolinux: readIsolinuxMenu,
  'loader-entry': readLoaderEntry,
};

/** A menu in a volume. */
export interface FoundMenu {
  readonly volume: CheckedVolume;
  readonly path: ByteString;
  readonly kind: MenuKind;
  readonly menu: Menu;
}

/** Checks the menus of a disc and of its EFI system partitions. */
export async function lintBoot(disc: CheckedVolume, esps: readonly CheckedVolume[]): Promise<readonly FoundMenu[]> {
  const menus: FoundMenu[] = [];
  for (const volume of [disc, ...esps]) menus.push(...(await menusIn(volume)));
  const linter = new Linter(disc, esps);
  for (const found of menus) await linter.menu(found);
  return menus;
}

async function menusIn(volume: CheckedVolume): Promise<FoundMenu[]> {
  const found: FoundMenu[] = [];
  for (const { path, node } of volume.tree ? walk(volume.tree) : []) {
    if (node.kind !== 'file' || !isMenuName(path)) continue;
    const text = await textOf(node);
    const kind = text === undefined ? undefined : menuKindOf(path, text);
    const read = kind && READERS[kind];
    if (read) found.push({ volume, path, kind, menu: read(text!) });
  }
  return found;
}

async function textOf({ content }: File): Promise<string | undefined> {
  try {
    const bytes = await smallBytes(content, quietRun(), LARGEST_MENU);
    return bytes && lossyText(byteStringOf(bytes));
  } catch {
    // That it cannot be read has been reported.
    return undefined;
  }
}

class Linter {
  readonly #disc: CheckedVolume;
  readonly #trees: readonly FileTree[];
  /** Findings that were reported before. Most entries of a menu differ only in their titles, and would repeat them. */
  readonly #said = new Set<string>();

  constructor(disc: CheckedVolume, esps: readonly CheckedVolume[]) {
    this.#disc = disc;
    this.#trees = [disc, ...esps].flatMap(({ tree }) => tree ?? []);
  }

  async menu({ volume, path, kind, menu }: FoundMenu): Promise<void> {
    const say: Say = (code, line, message) => {
      const key = `${code} ${path} ${message}`;
      if (this.#said.has(key)) return;
      this.#said.add(key);
      volume.layer.report(code, `Line ${line}: ${message}`, { path });
    };
    for (const { line, by, value } of menu.searches) {
      if (by === 'file' && !this.#trees.some((tree) => follow(tree, fromText(value)))) {
        say('boot.search-file-missing', line, `GRUB searches ${value}, which is not on the disc.`);
      }
      if (by === 'label' && !this.#labels().includes(value)) {
        say('boot.label-mismatch', line, `GRUB searches the label ${value}, and the disc has ${this.#disc.label}.`);
      }
    }
    for (const entry of menu.entries) await this.#entry(entry, path, kind === 'grub', say);
  }

  #labels(): readonly (string | undefined)[] {
    return [this.#disc.label, this.#disc.label?.trimEnd()];
  }

  async #entry(entry: MenuEntry, menuPath: ByteString, isGrub: boolean, say: Say): Promise<void> {
    const { line, kernel, initrds, options } = entry;
    const isModule = kernel === undefined || isSyslinuxProgram(kernel);
    if (!isModule) await this.#kernel(kernel, menuPath, line, say);
    if (!isModule) for (const initrd of initrds) await this.#initrd(initrd, menuPath, line, say);
    this.#label(options, isGrub, line, say);
    const images = liveImages(options);
    const tree = this.#disc.tree;
    if (images.length > 0 && tree && !images.some((image) => follow(tree, fromText(image)))) {
      say('boot.live-image-missing', line, `The system looks for ${images[0]}, which is not on the disc.`);
    }
  }

  #label(options: readonly string[], isGrub: boolean, line: number, say: Say): void {
    const wanted = mediumLabel(options);
    if (!wanted) return;
    const { label, isEscaped, isLive } = wanted;
    if (!this.#labels().includes(label)) {
      const message = `The system looks for the label ${label}, and the disc has ${this.#disc.label}.`;
      say('boot.label-mismatch', line, message);
    } else if (isLive && udevEscaped(label) !== label) {
      say(
        'boot.label-escape',
        line,
        `dracut writes ${udevEscaped(label)} for the label ${label}, and loses the backslash.`,
      );
    } else if (isGrub && isEscaped) {
      say('boot.label-escape', line, `The label ${label} is written with escapes, which most builds of GRUB change.`);
    }
  }

  async #kernel(path: string, menuPath: ByteString, line: number, say: Say): Promise<void> {
    const file = this.#find(path, menuPath);
    if (!file) return say('boot.kernel-missing', line, `The kernel ${path} is not on the disc.`);
    const head = await headOf(file);
    if (head && !isKernel(head)) say('boot.kernel-kind', line, `${path} does not begin as a kernel does.`);
  }

  async #initrd(path: string, menuPath: ByteString, line: number, say: Say): Promise<void> {
    const file = this.#find(path, menuPath);
    if (!file) return say('boot.initrd-missing', line, `The initrd ${path} is not on the disc.`);
    const head = await headOf(file);
    if (head && !isInitrd(head)) say('boot.initrd-kind', line, `${path} does not begin as an initrd does.`);
  }

  /** The file at a path from the root of a volume, or from the directory of the menu. */
  #find(path: string, menuPath: ByteString): File | undefined {
    const folder = menuPath.slice(0, menuPath.lastIndexOf('/') + 1);
    const asked = fromText(path.replaceAll('\\', '/'));
    for (const tree of this.#trees) {
      for (const spelling of [asked, ...(asked.startsWith('/') ? [] : [`${folder}${asked}`])]) {
        const node = follow(tree, spelling);
        if (node?.kind === 'file') return node;
      }
    }
    return undefined;
  }
}

type Say = (code: RuleCode, line: number, message: string) => void;

async function headOf({ content }: File): Promise<Uint8Array | undefined> {
  if (!isSource(content)) return undefined;
  try {
    return (await bytesAt(content, 0, Math.min(HEAD, content.size))) ?? new Uint8Array(0);
  } catch {
    // That it cannot be read has been reported.
    return undefined;
  }
}

/** Linux for PCs, an EFI program, an ARM image, ELF, or one of these compressed. */
function isKernel(head: Uint8Array): boolean {
  const text = byteStringOf(head);
  const isPc = text.slice(0x202, 0x206) === 'HdrS';
  const isArm = text.slice(0x38, 0x3c) === 'ARM\x64' || text.slice(0x24, 0x28) === '\x18\x28\x6f\x01';
  return isPc || isArm || text.startsWith('MZ') || text.startsWith('\x7fELF') || streamFormat(head) !== 'none';
}

/** A cpio archive, compressed or not. It may begin with zeros, which align it. */
function isInitrd(head: Uint8Array): boolean {
  const text = byteStringOf(head);
  return /^\0*0707(01|02|07)/.test(text) || text.startsWith('\x89LZO') || streamFormat(head) !== 'none';
}

/** Paths of files that live systems use as root image. */
const LIVE_IMAGE = /^(LiveOS\/(squashfs|rootfs|ext3fs)\.img|(live|casper)\/[^/]+\.squashfs)$/;

/** Reports root images that are not images: those are files that were not entered as a layer. */
export function checkLiveImages({ layer, tree }: CheckedVolume, layers: readonly { readonly layer: string }[]): void {
  for (const { path, node } of tree ? walk(tree) : []) {
    if (node.kind !== 'file' || !LIVE_IMAGE.test(path)) continue;
    if (layers.some((one) => one.layer === `${layer.address}/${displayText(path)}`)) continue;
    layer.report(
      'boot.live-image-unknown',
      'It is the root image of a live system, and not an image of a known kind.',
      { path },
    );
  }
}

/** Reports a volume that firmware boots from if it has no loader where firmware looks for one. */
export function checkLoaders({ layer, tree }: CheckedVolume): void {
  if (!tree || [...walk(tree)].some(({ path, node }) => node.kind === 'file' && isFallbackLoader(path))) return;
  layer.report('boot.no-loader', 'Firmware boots from this volume, and it has no loader in EFI/BOOT.');
}
