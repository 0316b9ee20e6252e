// An archive as a tree.

import { type ByteString, byteStringOf, reserved, struct, u16le, u32le } from '../../bytes/index.js';
import { bytesAt, PartsContent, type Source, type Spool, Work } from '../../io/index.js';
import {
  attributes,
  type FileTree,
  file,
  kindOfMode,
  PathTree,
  special,
  splitPath,
  symlink,
} from '../../tree/index.js';
import { type Member, membersOf } from './central-directory.js';
import { findCentralDirectory } from './end.js';
import { damaged, truncated } from './errors.js';
import { mostUnpacked, PackedMember } from './packed-member.js';

const LOCAL_SIGNATURE = 0x04034b50;
const BEGIN_OF_MEMBER = 'PK\x03\x04';
const BEGIN_OF_END = 'PK\x05\x06';
const STORED = 0;
const LONGEST_TARGET = 65_535;
/** Modes of members without one. */
const FILE_MODE = 0o100644;
const READ_ONLY_MODE = 0o100444;
const DIRECTORY_MODE = 0o040755;

const localHeader = struct('local file header', 30, {
  signature: u32le(0),
  repeated: reserved(4, 22),
  nameLength: u16le(26),
  extraLength: u16le(28),
});

/** Whether a file begins with a member, or is an archive of none. */
export async function isZip(file: Source): Promise<boolean> {
  const head = await bytesAt(file, 0, 4);
  const magic = head && byteStringOf(head);
  return magic === BEGIN_OF_MEMBER || (magic === BEGIN_OF_END && (await isWhole(file)));
}

async function isWhole(file: Source): Promise<boolean> {
  return (await findCentralDirectory(file).catch(() => undefined)) !== undefined;
}

/**
 * The tree of an archive. `spool` takes members that are read at random; `note` receives what is left out. Throws
 * {@link InvalidImageError} for a damaged archive.
 */
export async function readZip(
  archive: Source,
  spool: Spool | undefined,
  note: (text: string) => void,
): Promise<FileTree> {
  const directory = await findCentralDirectory(archive);
  if (!directory) throw truncated(archive.size);
  const tree = new PathTree();
  const places: Place[] = [];
  let lost = 0;
  for await (const member of membersOf(archive, directory, new Work(archive.size, 'zip.work'))) {
    const place = await placeOf(archive, member, directory.at);
    places.push(place);
    if (!(await added(tree, member, dataOf(archive, member, place, spool)))) lost++;
  }
  refuseOverlaps(places);
  if (lost > 0) note(`${lost} entries are left out: devices, paths through files, and names that no file can have.`);
  return tree.finish();
}

/** Bytes of a member in the archive: its local header, and its data up to `end`. */
interface Place {
  readonly at: number;
  readonly dataAt: number;
  readonly end: number;
}

/** The length of a local header is only known from itself. */
async function placeOf(archive: Source, member: Member, limit: number): Promise<Place> {
  const { localAt: at, packedSize } = member;
  const bytes = await bytesAt(archive, at, localHeader.size);
  const header = bytes && localHeader.decode(bytes);
  if (header?.signature !== LOCAL_SIGNATURE) throw damaged('A member has no local header.', at);
  const dataAt = at + localHeader.size + header.nameLength + header.extraLength;
  const end = dataAt + packedSize;
  if (end > limit) throw damaged('A member reaches into the directory.', at);
  return { at, dataAt, end };
}

/** Members that share bytes would make a small archive as large as one likes. */
function refuseOverlaps(places: Place[]): void {
  places.sort((a, b) => a.at - b.at);
  let end = 0;
  for (const place of places) {
    if (place.at < end) throw damaged('Two members have the same bytes.', place.at);
    end = place.end;
  }
}

function dataOf(archive: Source, member: Member, { at, dataAt, end }: Place, spool: Spool | undefined): Source {
  const { method, isEncrypted, size, packedSize } = member;
  if (size > mostUnpacked(member)) throw damaged(`A member of ${packedSize} bytes cannot become ${size}.`, at);
  const range = { at: dataAt, length: end - dataAt };
  if (size > 0 && (method !== STORED || isEncrypted)) return new PackedMember(archive.slice(range), member, spool);
  return new PartsContent({ data: (part: typeof range) => archive.slice(part) }, [range], size);
}

/** False for what has no place in a tree. */
async function added(tree: PathTree, member: Member, data: Source): Promise<boolean> {
  // Names that lead upwards are left out: nothing is above the root.
  const names = splitPath(member.path).filter((name) => name !== '..');
  const mode = member.mode ?? modeOf(member);
  const kind = kindOf(mode, data.size) ?? kindOfMode(modeOf(member))!;
  const given = attributes({ mode: mode & 0o7777, uid: member.uid, gid: member.gid, mtime: member.mtime });
  switch (kind) {
    case 'directory':
      return tree.addDirectory(names, given);
    case 'file':
      return tree.add(names, file(data, given));
    case 'symlink':
      return tree.add(names, symlink(await targetOf(data, member), given));
    case 'fifo':
    case 'socket':
      return tree.add(names, special(kind, given));
    default:
      // The format has no room for the numbers of a device.
      return false;
  }
}

/** Info-ZIP packs what it reads from a pipe as a file with the mode of the pipe. */
function kindOf(mode: number, size: number) {
  const kind = kindOfMode(mode);
  return kind === 'fifo' && size > 0 ? 'file' : kind;
}

function modeOf({ path, isReadOnly }: Member): number {
  if (path.endsWith('/')) return DIRECTORY_MODE;
  return isReadOnly ? READ_ONLY_MODE : FILE_MODE;
}

async function targetOf(data: Source, { localAt }: Member): Promise<ByteString> {
  if (data.size > LONGEST_TARGET) throw damaged(`A symbolic link has ${data.size} bytes.`, localAt);
  const target = new Uint8Array(data.size);
  await data.read(0, target);
  return byteStringOf(target);
}
