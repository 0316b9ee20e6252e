// Places in an image and in the images inside it: directories, and the paths to them.

import {
  type ByteString,
  type Directory,
  displayText,
  type File,
  type FileTree,
  isSource,
  type Node,
  openImage,
  type Source,
  type Spool,
} from 'isopress/browser';

/** A directory on the trail, or the root directory of an image that was opened. */
export interface Step {
  /** Displayable. */
  readonly name: string;
  readonly directory: Directory;
  /** Whether it is the root of an image. */
  readonly isImage: boolean;
}

/** The breadcrumb trail of a directory: all images and directories from the outermost image to it. */
export type Trail = readonly Step[];

/** The trees of images: each is read once, whether the list of files or the map asks first. */
export class Trees {
  readonly #spool: Spool;
  readonly #known = new WeakMap<Source, Promise<FileTree>>();

  constructor(spool: Spool) {
    this.#spool = spool;
  }

  /** Rejects with a typed error for anything other than an image. `name` is for its message. */
  of(image: Source, name?: string): Promise<FileTree> {
    const known = this.#known.get(image) ?? openImage(image, name, this.#spool).then((opened) => opened.tree());
    this.#known.set(image, known);
    return known;
  }
}

/** The root directory of an image. Rejects with a typed error for anything else. */
export async function imageStep(image: Source, name: string, trees: Trees): Promise<Step> {
  return { name, directory: (await trees.of(image, name)).root, isImage: true };
}

/** The step into an entry of the last directory; undefined if it is neither a directory nor a file that can be opened. */
export async function stepInto(name: string, node: Node, trees: Trees): Promise<Step | undefined> {
  if (node.kind === 'directory') return { name, directory: node, isImage: false };
  if (node.kind !== 'file' || !isSource(node.content)) return undefined;
  return imageStep(node.content, name, trees);
}

/** Links that are followed for one name, as in Linux. */
const MOST_LINKS = 40;

/** An entry, and the trail to its directory. */
export interface Place {
  readonly trail: Trail;
  readonly name: string;
  readonly node: Node;
}

/** The target of a symbolic link in the last directory, resolved with the image as root file system; undefined if it leads nowhere. */
export function followed(trail: Trail, target: string): Place | undefined {
  let at = trail;
  let place: Place | undefined;
  const names = target.split('/');
  if (target.startsWith('/')) at = inRoot(at);
  for (let links = 0, name = names.shift(); name !== undefined; name = names.shift()) {
    if (name === '' || name === '.') continue;
    if (name === '..') {
      at = at.at(-1)!.isImage ? at : at.slice(0, -1);
      place = undefined;
      continue;
    }
    const node = at.at(-1)!.directory.entries.get(name as ByteString);
    if (!node || (place && place.node.kind !== 'directory')) return undefined;
    if (node.kind === 'symlink') {
      if (++links > MOST_LINKS) return undefined;
      if (node.target.startsWith('/')) at = inRoot(at);
      names.unshift(...node.target.split('/'));
      continue;
    }
    const shown = displayText(name as ByteString);
    place = { trail: at, name: shown, node };
    if (node.kind === 'directory') at = [...at, { name: shown, directory: node, isImage: false }];
    else if (names.some((rest) => rest !== '')) return undefined;
  }
  return place ?? { trail: at.slice(0, -1), name: at.at(-1)!.name, node: at.at(-1)!.directory };
}

/** The trail to the root directory of the innermost image. */
function inRoot(trail: Trail): Trail {
  return trail.slice(0, trail.findLastIndex(({ isImage }) => isImage) + 1);
}

/** Entries with displayable names: directories first, otherwise in the order of the directory. */
export function listed({ entries }: Directory): [name: string, node: Node][] {
  const all = [...entries].map(([name, node]): [string, Node] => [displayText(name), node]);
  const rank = ([, { kind }]: [string, Node]) => (kind === 'directory' ? 0 : 1);
  return all.sort((a, b) => rank(a) - rank(b));
}

/** The path of an entry, through images and directories: `/LiveOS/squashfs.img/etc/fstab`. */
export function pathOf(trail: Trail, name = ''): string {
  const steps = trail.slice(1).map((step) => step.name);
  return `/${[...steps, ...(name === '' ? [] : [name])].join('/')}`;
}

/** The first bytes of a file. */
export async function headOf({ content }: File, length: number): Promise<Uint8Array> {
  const bytes = new Uint8Array(Math.min(length, content.size));
  let at = 0;
  for await (const piece of content.slice({ at: 0, length: bytes.length }).pieces({ jobs: 1, report: () => {} })) {
    if ('hole' in piece) at += piece.hole;
    else {
      bytes.set(piece, at);
      at += piece.length;
    }
  }
  return bytes;
}

/** All bytes of a file as a blob. */
export async function blobOf({ content }: File): Promise<Blob> {
  const parts: BlobPart[] = [];
  for await (const piece of content.pieces({ jobs: 1, report: () => {} })) {
    parts.push('hole' in piece ? new Uint8Array(piece.hole) : piece.slice());
  }
  return new Blob(parts, { type: 'application/octet-stream' });
}
