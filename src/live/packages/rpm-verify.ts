// The output of `rpm -Va --nodeps`: installed files that are missing or differ from their package (rpm(8), VERIFY OPTIONS).

import { type ByteString, fromText, lossyText } from '../../bytes/index.js';
import { capabilitiesOf, type RpmHeader, sameCapabilities } from '../../format/rpm/index.js';
import type { DigestName, ExactContent, Run } from '../../io/index.js';
import { type FileTree, follow, type Node, TYPE_BITS, TYPE_MASK } from '../../tree/index.js';
import { contentDigests, type DigestRequest } from './content-digest.js';
import { entryAt, textAt } from './entry.js';
import type { InstalledFiles } from './package.js';

/** Bits of properties to verify, and the letters of differences, in the order of the output. */
const CHECKS = {
  size: { bit: 1 << 1, letter: 'S' },
  mode: { bit: 1 << 6, letter: 'M' },
  digest: { bit: 1 << 0, letter: '5' },
  device: { bit: 1 << 7, letter: 'D' },
  link: { bit: 1 << 2, letter: 'L' },
  user: { bit: 1 << 3, letter: 'U' },
  group: { bit: 1 << 4, letter: 'G' },
  time: { bit: 1 << 5, letter: 'T' },
  capabilities: { bit: 1 << 8, letter: 'P' },
} as const;
type Check = keyof typeof CHECKS;

const MISSING_OK = 1 << 3;
const GHOST = 1 << 6;
/** Marks of files in the order in which one is chosen: configuration, documentation, ghost, license, key, readme, artifact. */
const MARKS: readonly (readonly [bit: number, mark: string])[] = [
  [1 << 0, 'c'],
  [1 << 1, 'd'],
  [GHOST, 'g'],
  [1 << 7, 'l'],
  [1 << 11, 'P'],
  [1 << 8, 'r'],
  [1 << 12, 'a'],
];
const STATE = { replaced: 1, notInstalled: 2, netShared: 3, wrongColor: 4 };
/** By the numbers of OpenPGP (RFC 9580 §9.5); MD5 if the header has none. */
const DIGESTS: Readonly<Record<number, DigestName>> = {
  1: 'md5',
  2: 'sha1',
  8: 'sha256',
  9: 'sha384',
  10: 'sha512',
  11: 'sha224',
};

/** One line per file that is missing or differs. */
export async function verifyRpm(files: InstalledFiles, headers: readonly RpmHeader[], run: Run): Promise<string> {
  const { root, known } = files;
  const facts = {
    users: await namesById(root, '/etc/passwd', run),
    groups: await namesById(root, '/etc/group', run),
  };
  const findings: Finding[] = [];
  for (const header of headers) {
    for (const file of filesOf(header)) {
      const finding = findingOn(root, file, facts);
      if (finding) findings.push(finding);
    }
  }
  const unread = findings.filter(({ toRead }) => toRead);
  const digests = await contentDigests(
    unread.map(({ toRead }) => toRead!),
    run,
    known,
  );
  for (const [i, { file, differing }] of unread.entries()) if (digests[i] !== file.digest) differing!.add('digest');
  return findings.map(lineFor).join('');
}

/** Facts about the root tree that the check of each file needs. */
interface RootFacts {
  readonly users: ReadonlyMap<number, string>;
  readonly groups: ReadonlyMap<number, string>;
}

async function namesById(root: FileTree, path: string, run: Run): Promise<Map<number, string>> {
  const lines = ((await textAt(root, path, run)) ?? '').split('\n').map((line) => line.split(':'));
  // Lookups find the first entry of an id.
  return new Map(lines.reverse().map(([name = '', , id]) => [Number(id), name]));
}

/** A file of a package according to its header. */
interface PackagedFile {
  readonly path: ByteString;
  readonly state: number;
  readonly flags: number;
  readonly checks: number;
  readonly mode: number;
  readonly size: number;
  readonly device: number;
  readonly seconds: number;
  readonly digest: string;
  readonly digestName: DigestName | undefined;
  readonly link: string;
  readonly user: string;
  readonly group: string;
  readonly capabilities: string;
}

function* filesOf(header: RpmHeader): Generator<PackagedFile> {
  const directories = header.texts('directoryNames');
  const directoryOf = header.numbers('directoryIndexes');
  const long = header.numbers('longFileSizes');
  const [algorithm = 1] = header.numbers('digestAlgorithm');
  const numbers = {
    state: header.numbers('fileStates'),
    flags: header.numbers('fileFlags'),
    checks: header.numbers('fileVerifyFlags'),
    mode: header.numbers('fileModes'),
    size: long.length > 0 ? long : header.numbers('fileSizes'),
    device: header.numbers('fileDevices'),
    seconds: header.numbers('fileTimes'),
  };
  const texts = {
    digest: header.texts('fileDigests'),
    link: header.texts('fileLinks'),
    user: header.texts('fileUsers'),
    group: header.texts('fileGroups'),
    capabilities: header.texts('fileCapabilities'),
  };
  for (const [i, name] of header.texts('baseNames').entries()) {
    const number = (key: keyof typeof numbers) => numbers[key][i] ?? 0;
    const text = (key: keyof typeof texts) => texts[key][i] ?? '';
    yield {
      path: fromText(`${directories[directoryOf[i] ?? 0] ?? ''}${name}`),
      ...{ state: number('state'), flags: number('flags'), checks: numbers.checks[i] ?? ~0 },
      ...{ mode: number('mode'), size: number('size'), device: number('device'), seconds: number('seconds') },
      ...{ digest: text('digest'), digestName: DIGESTS[algorithm], link: text('link') },
      ...{ user: text('user'), group: text('group'), capabilities: text('capabilities') },
    };
  }
}

/** The result of the check of a file. */
interface Finding {
  readonly file: PackagedFile;
  /** Undefined: the file is missing. */
  readonly differing?: Set<Check>;
  /** Its content, if that is still to be compared. */
  readonly toRead?: DigestRequest | undefined;
}

/** Undefined: there is nothing to say about it. */
function findingOn(root: FileTree, file: PackagedFile, facts: RootFacts): Finding | undefined {
  if (file.state === STATE.notInstalled || file.state === STATE.netShared) return undefined;
  let node = entryAt(root, file.path);
  if (typeof node === 'string') {
    return (file.flags & (MISSING_OK | GHOST)) === 0 ? { file } : undefined;
  }
  // Another package has replaced it: only its existence counts.
  if (file.state === STATE.replaced || file.state === STATE.wrongColor) return undefined;
  if (typeOf(file.mode) === TYPE_BITS.directory && node.kind === 'symlink') {
    const led = follow(root, file.path);
    if (led?.kind === 'directory') node = led;
  }
  const differing = differences(file, node, facts);
  const toRead = node.kind === 'file' && wants(file, 'digest') ? requestFor(file, node.content) : undefined;
  if (node.kind === 'file' && wants(file, 'digest') && !toRead) differing.add('digest');
  return toRead || differing.size > 0 ? { file, differing, toRead } : undefined;
}

/** Undefined: it differs without reading it. */
function requestFor(
  { digestName: name, digest, size }: PackagedFile,
  content: ExactContent,
): DigestRequest | undefined {
  // A different size is different content.
  return name === undefined || digest === '' || content.size !== size ? undefined : { name, content };
}

/** The line of the output, or nothing. */
function lineFor({ file, differing }: Finding): string {
  const mark = MARKS.find(([bit]) => (file.flags & bit) !== 0)?.[1] ?? ' ';
  const shown = lossyText(file.path);
  if (!differing) return `missing   ${mark} ${shown}\n`;
  if (differing.size === 0) return '';
  const letters = (Object.keys(CHECKS) as Check[]).map((check) => (differing.has(check) ? CHECKS[check].letter : '.'));
  return `${letters.join('')}  ${mark} ${shown}\n`;
}

const typeOf = (mode: number) => mode & TYPE_MASK;

/** Whether a property of a file is to be verified. */
function wants({ checks, flags }: PackagedFile, check: Check): boolean {
  return (checks & CHECKS[check].bit) !== 0 && !((flags & GHOST) !== 0 && OF_CONTENT.has(check));
}

/** All differences but those of the digest. */
function differences(file: PackagedFile, node: Node, facts: RootFacts): Set<Check> {
  const found = new Set<Check>();
  const wanted = (check: Check) => wants(file, check);
  const note = (check: Check, differs: boolean) => {
    if (differs) found.add(check);
  };
  if (node.kind === 'file') {
    if (wanted('size')) note('size', node.content.size !== file.size);
    if (wanted('time')) note('time', node.mtime.seconds !== file.seconds);
    if (wanted('capabilities')) note('capabilities', !sameCapabilities(file.capabilities, capabilitiesOf(node)));
  }
  if (node.kind === 'symlink' && wanted('link')) note('link', node.target !== fromText(file.link));
  if (node.kind !== 'symlink' && wanted('mode')) {
    const mask = (file.flags & GHOST) !== 0 ? ~TYPE_MASK : ~0;
    note('mode', ((TYPE_BITS[node.kind] | node.mode) & mask) !== (file.mode & mask));
  }
  if (wanted('device')) note('device', deviceDiffers(file, node));
  if (wanted('user')) note('user', facts.users.get(node.uid) !== file.user);
  if (wanted('group')) note('group', facts.groups.get(node.gid) !== file.group);
  return found;
}

/** Properties that mean nothing for a ghost file, which is not in the package. */
const OF_CONTENT: ReadonlySet<Check> = new Set<Check>(['digest', 'size', 'time', 'link']);

function deviceDiffers(file: PackagedFile, node: Node): boolean {
  const isDevice = (type: number) => type === TYPE_BITS['block-device'] || type === TYPE_BITS['character-device'];
  const [packaged, installed] = [typeOf(file.mode), TYPE_BITS[node.kind]];
  if (isDevice(packaged) !== isDevice(installed) || (isDevice(packaged) && packaged !== installed)) return true;
  if (node.kind !== 'block-device' && node.kind !== 'character-device') return false;
  // Headers have the 16 bits of old device numbers.
  return (((node.major & 0xff) << 8) | (node.minor & 0xff)) !== (file.device & 0xffff);
}
