// Metadata that ISO 9660 with its extensions cannot store.

import type { Content } from '../../io/index.js';
import { type FileTree, type Loss, LossLog, type Node, walk } from '../../tree/index.js';
import { droppedAttributes } from './aaip.js';
import { EARLIEST, LATEST } from './date.js';
import type { ResolvedIsoOptions } from './options.js';
import { aCharacters } from './text.js';

const D_CHARACTERS = /^[A-Z0-9_]*$/;
const JOLIET_ID_LENGTH = 16;
const JOLIET_TEXT_LENGTH = 64;
/** Longest name that Linux shows whole: its isofs driver stops gathering NM fields at 254 bytes. */
const LONGEST_SHOWN_NAME = 253;
/** Longest link target that libisofs reads; a longer one makes it refuse the whole image (1.5.6). */
const LONGEST_READ_TARGET = 1023;

/** The extensions that store attributes. */
type StoredAttributes = Pick<ResolvedIsoOptions, 'rockRidge' | 'xattrs'>;

/** Everything that will be missing or changed, gathered over the whole tree. */
export function isoLosses(tree: FileTree<Content>, options: StoredAttributes): Loss[] {
  const log = new LossLog();
  for (const { node, path, name } of walk(tree)) {
    const { mtime } = node;
    attributeLosses(node, path, options, log);
    if (mtime.seconds < EARLIEST || mtime.seconds > LATEST) {
      log.add('iso9660.mtime-range', 'Times before 1900 or after 2155 become the nearest that fits.', path);
    }
    if (mtime.nanoseconds !== 0) log.add('iso9660.mtime-grain', 'Times are cut to whole seconds.', path);
    if (options.rockRidge && name.length > LONGEST_SHOWN_NAME) {
      log.add('iso9660.long-name', 'Names over 253 bytes are stored whole, but Linux shows them cut.', path);
    }
    if (options.rockRidge && node.kind === 'symlink' && node.target.length > LONGEST_READ_TARGET) {
      const message = 'Link targets over 1023 bytes are stored whole, but xorriso refuses to open a disc that has one.';
      log.add('iso9660.long-link', message, path);
    }
    if (options.rockRidge && isOldDevice(node)) {
      const message =
        'Devices of major number 0 with a minor number over 255 are stored, but Linux takes them for the old form.';
      log.add('iso9660.device-number', message, path);
    }
    if (!options.rockRidge) plainLosses(node, path, log);
  }
  return log.list();
}

/** Texts of descriptors that are stored in another form than given, or in one that the standard does not have. */
export function isoTextLosses({ texts, joliet }: ResolvedIsoOptions): Loss[] {
  const log = new LossLog();
  const { volumeId, systemId, ...ids } = texts;
  if (!D_CHARACTERS.test(volumeId)) {
    const message =
      'ISO 9660 allows A to Z, 0 to 9 and "_" in a volume id; it is stored as given, and programs differ in how they show it.';
    log.addValue('iso9660.volume-id', message, volumeId);
  }
  if (aCharacters(systemId) !== systemId) {
    log.addValue('iso9660.system-id', 'The system id has characters that ISO 9660 does not allow there.', systemId);
  }
  for (const text of Object.values(ids)) {
    if (aCharacters(text) === text) continue;
    log.addValue(
      'iso9660.text',
      'Ids other than that of the volume are stored in capitals, with "_" for characters that ISO 9660 does not allow.',
      text,
    );
  }
  if (joliet && volumeId.length > JOLIET_ID_LENGTH) {
    log.addValue('joliet.volume-id', 'Joliet has 16 characters for the volume id, so Windows shows it cut.', volumeId);
  }
  for (const text of joliet ? Object.values(ids) : []) {
    if (text.length > JOLIET_TEXT_LENGTH) log.addValue('joliet.text', 'Joliet cuts ids after 64 characters.', text);
  }
  return log.list();
}

/** Linux reads PN without a high half as 16 bits: a major and a minor number of 8 bits each. */
function isOldDevice(node: Node<Content>): boolean {
  return 'major' in node && node.major === 0 && node.minor > 255;
}

function attributeLosses(
  node: Node<Content>,
  path: Parameters<LossLog['add']>[2],
  { xattrs }: StoredAttributes,
  log: LossLog,
): void {
  if (node.xattrs.length === 0) return;
  if (!xattrs) log.add('iso9660.xattrs', 'Extended attributes are not stored.', path);
  else if (droppedAttributes(node).length > 0) {
    log.add('iso9660.xattrs-room', 'Extended attributes beyond 48 KiB per entry are not stored.', path);
  }
}

function plainLosses(node: Node<Content>, path: Parameters<LossLog['add']>[2], log: LossLog): void {
  if (node.kind !== 'directory' && node.kind !== 'file') {
    log.add('iso9660.special-file', 'Without Rock Ridge, links, devices, pipes and sockets are left out.', path);
  }
  if (path !== '')
    log.add('iso9660.attributes', 'Without Rock Ridge, names are changed, and owners and modes are not stored.', path);
}
