// What a build does and why, in words for people: what a plan shows before anything is made.

import { basename } from 'node:path';
import { compressionFacts } from '../compress/index.js';
import { isEfi } from './architecture.js';
import type { GenerationRules, LiveDescription } from './description/index.js';
import type { BuildOptions } from './options.js';
import type { Project } from './project.js';
import type { RootImage } from './root-image.js';
import type { Site } from './site.js';

/** One of them. */
export interface Decision {
  readonly subject: string;
  readonly choice: string;
  readonly reason: string;
}

const MIB = 1024 * 1024;

type Decided = Pick<Site, 'options' | 'project' | 'way'>;

/** In the order in which a medium is made. */
export function decisionsOf(decided: Decided, planned: Pick<RootImage, 'fileSystemSize' | 'grown'>): Decision[] {
  const { project } = decided;
  const rows = [
    ...ofDescription(decided),
    ...ofBooting(decided),
    initrd(decided),
    rootImage(project, planned),
    compression(decided),
    labels(project),
    mediaCheck(decided),
    ...ofFiles(project),
  ];
  return rows.map(([subject, choice, reason]) => ({ subject, choice, reason }));
}

type DecisionRow = readonly [subject: string, choice: string, reason: string];

function ofDescription({ options, project }: Decided): DecisionRow[] {
  const { description, architecture, rootDirectory } = project;
  const { schemaVersion: version, generation, profiles } = description;
  const schema = `schema version ${version.major}.${version.minor}`;
  return [
    [
      'description',
      description.path,
      `${schema}, read as ${generation.name}${options.generation ? ' as asked for' : ''}`,
    ],
    ['profiles', profiles.join(', ') || 'none', options.profiles?.length ? 'as asked for' : 'those it imports'],
    ['root tree', rootDirectory ?? 'an archive', 'only read'],
    ['machine', architecture.machine, options.architecture ? 'as asked for' : 'that of the programs in the root tree'],
    [
      'time',
      String(project.epoch.seconds),
      options.epoch === undefined ? 'the newest of the root tree' : 'as asked for',
    ],
  ];
}

function ofBooting({ options, project }: Decided): DecisionRow[] {
  const { description, layout, kernel, menu, architecture, firmware } = project;
  const { generation, type } = description;
  const espReason = said(description, 'efifatimagesize', usual(generation));
  return [
    ['firmware', firmware, said(description, 'firmware', `the usual one of ${architecture.machine}`)],
    ['boot loaders', layout.loaders, loadersReason(options, project)],
    ['partition table', layout.partitionTable, tableReason(options, project)],
    ...(layout.efi ? [['EFI system partition', `${type.efifatimagesize} MiB`, espReason] as const] : []),
    ['kernel', kernel.path, options.kernel === undefined ? 'the first that has modules' : 'as asked for'],
    ['medium id', menu.mediumId, 'drawn from the time'],
  ];
}

function loadersReason({ layout: asked }: BuildOptions, { description, layout, firmware }: Project): string {
  if (asked !== undefined) return 'as asked for';
  const { generation } = description;
  const isUsual = generation.layout[isEfi(firmware) ? 'efi' : 'bios'] === layout.loaders;
  return isUsual ? usual(generation) : 'what the root tree has for this machine';
}

function tableReason({ partitionTable: asked }: BuildOptions, { description, layout, firmware }: Project): string {
  if (asked !== undefined) return 'as asked for';
  if (layout.partitionTable === 'none') return 'it boots as a CD only, without hybrid="true"';
  if (layout.loaders !== 'grub') return 'ISOLINUX takes an MBR';
  return isEfi(firmware) ? said(description, 'efiparttable', usual(description.generation)) : 'without EFI an MBR does';
}

function initrd({ options, way }: Decided): DecisionRow {
  if (!way) return ['initrd', options.initrd ?? '', 'as asked for; dracut is not run'];
  const why = {
    chroot: 'this user may enter the root tree by chroot',
    userns: 'chroot is not permitted to this user, user namespaces are',
    sysroot: `the root tree cannot be entered here. ${way.refused ?? ''}`.trim(),
  };
  const isAsked = options.dracut !== undefined && options.dracut !== 'auto';
  const kept = options.initrdCache === undefined ? '' : `, or kept in ${options.initrdCache}`;
  return ['initrd', `by dracut, ${way.mode}${kept}`, isAsked ? 'as asked for' : why[way.mode]];
}

function rootImage(
  { description, rootFileSystem }: Project,
  { fileSystemSize, grown }: Pick<RootImage, 'fileSystemSize' | 'grown'>,
): DecisionRow {
  if (!rootFileSystem || fileSystemSize === undefined) {
    return ['root image', 'a squashfs that is the root itself', said(description, 'filesystem', '')];
  }
  const { size } = description;
  const rule = 'half as much again as the content, and two inodes for each entry';
  const asked = size && `${size.mebibytes} MiB${size.additive ? ` more than ${rule}` : ' as the description says'}`;
  const mebibytes = Math.ceil(fileSystemSize / MIB);
  return [
    'root image',
    `ext4 of ${mebibytes} MiB in a squashfs, profile ${rootFileSystem.profile}`,
    `${grown ? 'as large as its content needs' : (asked ?? rule)}; ${rootFileSystem.reason}`,
  ];
}

function compression({ options, project }: Decided): DecisionRow {
  const { name, level, engine } = compressionFacts(project.compression);
  const shown = [name, ...(level === undefined ? [] : [`level ${level}`]), `by ${engine}`].join(', ');
  const { description, squashfs } = project;
  const inWords = squashfs && /(^|\s)-comp\s/.test(description.type.fscreateoptions ?? '');
  const attribute = inWords ? 'fscreateoptions' : 'squashfscompression';
  const reason = options.compression ? 'as asked for' : said(description, attribute, 'what KIWI takes');
  return ['compression', shown, reason];
}

function labels({ selinux }: Project): DecisionRow {
  return selinux
    ? ['SELinux labels', selinux.name, 'the policy of the root tree']
    : ['SELinux labels', 'none', 'the root tree has no policy'];
}

function mediaCheck({ options, project: { seal, description } }: Decided): DecisionRow {
  const reason = options.mediaCheck
    ? 'as asked for'
    : said(description, 'mediacheck', 'the description does not ask for one');
  return ['media check', seal?.name ?? 'none', reason];
}

function ofFiles({ cdroot, editScript, grubTemplate, targetDirectory, baseName }: Project): DecisionRow[] {
  const brought: [string, string | undefined, string][] = [
    ['files for the medium', cdroot, 'unpacked onto it first'],
    ['menu template', grubTemplate, 'in place of the built-in menu'],
    ['script', editScript, 'changes the boot files; it runs for a plan too'],
  ];
  const there = brought.flatMap(([subject, path, reason]): DecisionRow[] =>
    path === undefined ? [] : [[subject, path, reason]],
  );
  return [
    ...there,
    ['results', `${targetDirectory}/${baseName}.iso`, 'and .packages, .verified, isopress.result.json beside it'],
  ];
}

/** Who says so: the description with the line, the option that replaces an attribute, or `otherwise`. */
function said({ attributePlaces, path }: LiveDescription, attribute: string, otherwise: string): string {
  const place = attributePlaces.get(attribute);
  if (place === undefined) return otherwise;
  return place.line === undefined ? `--set-type-attr ${attribute}` : `${basename(path)}, line ${place.line}`;
}

function usual({ name }: GenerationRules): string {
  return `the usual one of ${name}`;
}
