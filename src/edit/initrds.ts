// Appends a cpio archive to every initrd. Linux unpacks concatenated archives in order, so later files replace earlier ones.

import { type ByteString, bytesOf, displayText, type Timestamp } from '../bytes/index.js';
import { commandWords, grubPath, type MenuKind } from '../disc/index.js';
import { InvalidInputError } from '../errors.js';
import { type CpioFile, gapAfter, renderCpio } from '../format/cpio/index.js';
import { openFat } from '../format/fat/index.js';
import { collect, type ExactContent, exactContent, type Run } from '../io/index.js';
import { type FileTree, file, follow, type Node, TYPE_BITS, walk } from '../tree/index.js';
import { replaceBytes } from './change/apply.js';
import { isFile } from './change/edited-trees.js';
import type { EditContext } from './edit-context.js';
import { contentOf, resolvedPath } from './menus/disc-files.js';
import { fatImagesOf, menusInFat } from './menus/fat-menus.js';
import { isolinuxXenInitrds } from './menus/isolinux-arguments.js';
import { grubXenInitrds } from './menus/kernel-arguments.js';
import { findMenus } from './menus/menus.js';

const LATEST = 0xffff_ffff;

/** Appends a tree to every initrd that menus of the disc load. Throws {@link InvalidInputError} `edit.no-initrd` if there is none. */
export async function appendToInitrds(context: EditContext, tree: FileTree): Promise<void> {
  const { disc, trees, log, losses, time, run } = context;
  const paths = await initrdPaths(context);
  if (paths.size === 0) {
    throw new InvalidInputError('edit.no-initrd', 'No menu in the tree of the disc loads an initrd that is there.');
  }
  for (const name of await initrdsInFat(context)) losses.addValue('edit.initrd-image', IN_FAT, name);
  const archive = await archiveOf(tree, time, run);
  for (const path of paths) {
    const content = appended(contentOf(disc, trees.find(path)!.entry), archive);
    replaceBytes(trees, path, file(content, { mtime: time }), 'edited', log);
  }
}

const IN_FAT =
  'Initrds in a boot image or partition are left as they are, so a start from there does not see the added files.';

/** Initrds that menus in FAT images load from there. */
async function initrdsInFat(context: EditContext): Promise<Set<string>> {
  const names = new Set<string>();
  for (const fat of await fatImagesOf(context)) {
    const { menus } = await menusInFat(fat, context.run);
    const loaded = menus.flatMap(({ path, kind, text }) => initrdsIn(kind, text).map((one) => resolvedPath(path, one)));
    if (loaded.length === 0) continue;
    const volume = await openFat(fat.image);
    const tree = await volume.tree();
    for (const path of loaded) if (follow(tree, path)?.kind === 'file') names.add(`${fat.name}#/${path}`);
  }
  return names;
}

/** The initrds that menus of the disc load. */
export async function initrdsOf(context: EditContext): Promise<ExactContent[]> {
  const { disc, trees } = context;
  return Array.from(await initrdPaths(context), (path) => contentOf(disc, trees.find(path)!.entry));
}

async function initrdPaths(context: EditContext): Promise<Set<ByteString>> {
  const paths = new Set<ByteString>();
  for (const { path: menu, kind, text } of await findMenus(context)) {
    for (const path of initrdsIn(kind, text)) {
      const place = resolvedPath(menu, path);
      const found = context.trees.find(place);
      if (found && isFile(found.entry)) paths.add(context.trees.pathOf(place));
    }
  }
  return paths;
}

function appended(initrd: ExactContent, archive: Uint8Array): ExactContent {
  const gap = gapAfter(initrd.size);
  return exactContent(initrd.size + gap + archive.length, async function* (run) {
    yield* initrd.pieces(run);
    yield { hole: gap };
    yield archive;
  });
}

async function archiveOf(tree: FileTree, time: Timestamp, run: Run): Promise<Uint8Array> {
  const members: CpioFile[] = [];
  for (const { path, node } of walk(tree)) {
    if (path !== '') members.push(await memberOf(path, node, time, run));
  }
  return renderCpio(members);
}

async function memberOf(path: ByteString, node: Node, time: Timestamp, run: Run): Promise<CpioFile> {
  const { kind, mode } = node;
  if (kind !== 'file' && kind !== 'directory' && kind !== 'symlink') {
    const shown = `/${displayText(path)}`;
    const message = `${shown} is a ${kind}; an initrd is given files, directories and symbolic links only.`;
    throw new InvalidInputError('edit.initrd-entry', message, { path: shown });
  }
  const seconds = kind === 'file' ? node.mtime.seconds : time.seconds;
  const mtime = Math.min(Math.max(seconds, 0), LATEST);
  const bytes =
    kind === 'file' ? await collect(node.content, run) : bytesOf((kind === 'symlink' ? node.target : '') as ByteString);
  return { path, mode, mtime, bytes, type: TYPE_BITS[kind] };
}

const GRUB_INITRD = /^(?:initrd(?:efi|16)?|\$\{?initrd\}?|initrd\$\{?\w+\}?)$/;

/** The paths of the initrds that a menu loads, as the menu writes them. */
function initrdsIn(kind: MenuKind, text: string): string[] {
  if (kind === 'grub') {
    const loaded = Array.from(commandWords(text, 'grub')).flatMap(([command, ...paths]) =>
      GRUB_INITRD.test(text.slice(command!.start, command!.end)) ? paths.map(({ value }) => grubPath(value)) : [],
    );
    return [...loaded, ...Array.from(grubXenInitrds(text), grubPath)];
  }
  const lines = [...text.matchAll(/^[ \t]*initrd[ \t]+(\S.*)/gim)].map(([, value]) => value!.trimEnd());
  const words = [...text.matchAll(/(?:^|[ \t])initrd=(\S+)/gm)].map(([, value]) => value!);
  const xen = kind === 'isolinux' ? isolinuxXenInitrds(text) : [];
  return [...[...lines, ...words].flatMap((value) => value.split(',')), ...xen];
}
