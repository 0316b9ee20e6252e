// The structures around the files of the ISO: El Torito, partition tables, volume descriptors, the EFI system partition.
import { closeSync, mkdirSync, openSync, readSync } from 'node:fs';
import { join } from 'node:path';
import { succeed } from '../tools.js';
import { describeDirectory } from '../trees.js';
import type { Facts, ImageFacts } from './facts.js';
import { numbered, shownEntry } from './shown.js';

const SECTOR = 2048;

interface PartitionTable {
  readonly label: string;
  readonly id: string;
  /** In units of 512 bytes. */
  readonly partitions: readonly {
    readonly start: number;
    readonly size: number;
    readonly type: string;
    readonly bootable?: boolean;
    readonly attrs?: string;
    readonly name?: string;
  }[];
}

export function discFacts(image: string, work: string): ImageFacts {
  const table = partitionTable(image);
  return {
    'El Torito': reportFacts(image, 'el_torito'),
    'system area': new Map([...reportFacts(image, 'system_area'), ...bootCodeFacts(image)]),
    'partition table': partitionFacts(table),
    'volume descriptors': numbered([...descriptorFacts(image, 0), ...descriptorFacts(image, 16)]),
    'EFI system partition': espFacts(image, table, work),
  };
}

/** xorriso's reports. Block numbers and sizes that depend on the payload are words. */
function reportFacts(image: string, what: 'el_torito' | 'system_area'): Facts {
  const report = succeed('xorriso', ['-indev', image, `-report_${what}`, 'plain']);
  return numbered(
    report.split('\n').flatMap((line) => {
      const match = /^((?:El Torito|System area|ISO image|Partition|MBR|GPT)[^:]*?) *: +(.*)$/.exec(line);
      if (!match) return [];
      const value = match[2]!.trim().replace(/ +/g, ' ');
      return [[match[1]!, withoutPlaces(match[1]!, value)] as const];
    }),
  );
}

function withoutPlaces(name: string, value: string): string {
  switch (name) {
    case 'El Torito boot img':
      return value.replace(/\d+$/, 'LBA');
    case 'El Torito catalog':
      return value.replace(/^\d+/, 'LBA');
    case 'El Torito img blks':
      return value.replace(/\d+$/, 'BLOCKS');
    case 'ISO image size':
      return 'BLOCKS';
    case 'MBR partition':
      // The first starts where it must; others where the payload ends.
      return value.replace(/(\S+ \S+ \S+) (\d+) (\d+)$/, (_, kind, start, size) =>
        start === '64' ? `${kind} 64 PAYLOAD` : `${kind} PAYLOAD-END ${size}`,
      );
    default:
      return value.replace(/[0-9a-f]{32}/g, 'GUID').replace(/\b\d{5,}\b/g, 'NUMBER');
  }
}

/** The first sector without values that depend on the payload: the address of the boot image and the partition entries. */
function bootCodeFacts(image: string): [string, string][] {
  const sector = readAt(image, 0, 512);
  return [
    ['boot code', sector.subarray(0, 0x1b0).toString('hex')],
    ['disk signature', sector.subarray(0x1b8, 0x1be).toString('hex')],
    ['signature', sector.subarray(0x1fe).toString('hex')],
  ];
}

function partitionTable(image: string): PartitionTable {
  return (JSON.parse(succeed('sfdisk', ['--json', image])) as { partitiontable: PartitionTable }).partitiontable;
}

/** The kind of the table, and how the partitions touch each other. */
function partitionFacts({ label, id, partitions }: PartitionTable): Facts {
  const facts = new Map([['label', label]]);
  if (label === 'dos') facts.set('id', id);
  let end = 0;
  for (const [i, { start, size, type, bootable, attrs, name }] of partitions.entries()) {
    const place = i === 0 ? `starts at ${start}` : `starts ${start - end} after the one before, size ${size}`;
    const flags = [bootable ? 'bootable' : '', attrs ?? '', name ?? ''].filter(Boolean);
    facts.set(`partition ${i + 1}`, [type, place, ...flags].join(', '));
    end = start + size;
  }
  return facts;
}

/** ECMA-119 8.4 and 8.5: byte ranges of a volume descriptor. */
const FIELDS: readonly (readonly [name: string, from: number, to: number])[] = [
  ['flags', 7, 8],
  ['system identifier', 8, 40],
  ['volume identifier', 40, 72],
  ['escape sequences', 88, 120],
  ['set size', 120, 124],
  ['sequence number', 124, 128],
  ['block size', 128, 132],
  ['volume set identifier', 190, 318],
  ['publisher identifier', 318, 446],
  ['preparer identifier', 446, 574],
  ['application identifier', 574, 702],
  ['copyright, abstract and bibliographic file', 702, 813],
  ['expiration and effective time', 847, 881],
  ['file structure version', 881, 882],
  ['application use', 883, 1395],
  ['reserved', 1395, 2048],
];

/** The descriptors of the volume that starts at this block: of the disc, or of its first partition. */
function descriptorFacts(image: string, firstBlock: number): [string, string][] {
  const facts: [string, string][] = [];
  for (let block = firstBlock + 16; ; block++) {
    const sector = readAt(image, block * SECTOR, SECTOR);
    const type = sector[0]!;
    const name = `block ${block}, type ${type}`;
    facts.push([name, sector.toString('latin1', 1, 6)]);
    if (type === 255) return facts;
    if (type === 0) facts.push([`${name}: boot system`, sector.toString('latin1', 7, 39)]);
    else for (const field of FIELDS) facts.push([`${name}: ${field[0]}`, fieldText(sector, type, field)]);
  }
}

function fieldText(sector: Buffer, type: number, [name, from, to]: (typeof FIELDS)[number]): string {
  const bytes = sector.subarray(from, to);
  const wide = type === 2 && /identifier|file$/.test(name);
  const text = wide
    ? Buffer.from(bytes.subarray(0, bytes.length & ~1))
        .swap16()
        .toString('utf16le')
    : bytes.toString('latin1');
  // The id of the medium is the application's; each medium has its own.
  return text
    .replace(/0x[0-9a-f]{8}/i, (id) => (id.startsWith('0X') ? 'MEDIUM-ID' : 'medium-id'))
    .replace(/[\0 ]+$/, '');
}

/** The ESP as mtools read it: the kind of file system, its label, every file. */
function espFacts(image: string, { partitions }: PartitionTable, work: string): Facts {
  const esp = partitions.find(({ type }) => /^(ef|C12A7328-)/.test(type));
  if (!esp) return new Map();
  const at = `${image}@@${esp.start * 512}`;
  const out = join(work, 'esp');
  mkdirSync(out, { recursive: true });
  succeed('mcopy', ['-n', '-s', '-m', '-i', at, '::', out]);
  const said = succeed('minfo', ['-i', at, '::']) + succeed('mlabel', ['-s', '-i', at, '::']);
  const facts = new Map<string, string>();
  for (const name of [
    'sector size',
    'cluster size',
    'reserved (boot) sectors',
    'fats',
    'big size',
    'disk type',
    'disk label',
  ]) {
    const line = said.split('\n').find((one) => one.startsWith(`${name}:`) || one.startsWith(`${name}=`));
    if (line) facts.set(name, line.slice(name.length + 1).trim());
  }
  facts.set('label', /label is (.*?) *$/m.exec(said)?.[1] ?? '');
  for (const [path, entry] of describeDirectory(out)) {
    if (path !== '') facts.set(path, shownEntry(entry, { content: !path.endsWith('.cfg') }));
  }
  return facts;
}

function readAt(image: string, at: number, length: number): Buffer {
  const file = openSync(image, 'r');
  try {
    const buffer = Buffer.alloc(length);
    readSync(file, buffer, 0, length, at);
    return buffer;
  } finally {
    closeSync(file);
  }
}
