// The decisions of a build and their reasons, as text: a plan shows them before anything is made.

import { basename, resolve } from 'node:path';
import { tagSeal } from '../../format/checkmedia/index.js';
import type { GenerationRules, LiveDescription } from '../description/index.js';
import { isEfi } from '../plan/architecture.js';
import type { BuildPlan } from '../plan/build-plan.js';
import type { RootImage } from '../root-image/root-image.js';
import { type RootCompressionFacts, rootCompressionFacts } from '../root-image/root-image-plan.js';
import type { BuildContext } from './build-context.js';
import type { BuildRequest } from './options.js';

/** One decision. */
export interface Decision {
  readonly subject: string;
  readonly choice: string;
  readonly reason: string;
}

const MIB = 1024 * 1024;

type Decided = Pick<BuildContext, 'request' | 'plan' | 'dracut' | 'initrdCompression'>;

/** The decisions in the order in which a medium is made. */
export function decisionsOf(decided: Decided, planned: Pick<RootImage, 'fileSystem' | 'like'>): Decision[] {
  const { plan } = decided;
  const rows = [
    ...ofDescription(decided),
    ...ofBooting(decided),
    initrd(decided),
    ...initrdCompression(decided),
    rootImage(plan, planned),
    ...keptPlaces(planned),
    compression(decided),
    labels(plan),
    mediaCheck(decided),
    ...ofFiles(plan),
  ];
  return rows.map(([subject, choice, reason]) => ({ subject, choice, reason }));
}

type DecisionRow = readonly [subject: string, choice: string, reason: string];

function ofDescription(decided: Decided): DecisionRow[] {
  const { request, plan } = decided;
  const { input, description: asked, tree } = request;
  const { description, architecture } = plan;
  const { schemaVersion: version, generation, profiles } = description;
  const schema = `schema version ${version.major}.${version.minor}`;
  return [
    ['description', description.path, `${schema}, read as ${generation.name}${generationReason(decided)}`],
    ['profiles', profiles.join(', ') || 'none', asked.profiles?.length ? 'as asked for' : 'those it imports'],
    ['root tree', typeof input.root === 'string' ? resolve(input.root) : 'an archive', 'only read'],
    ['machine', architecture.machine, input.architecture ? 'as asked for' : 'that of the programs in the root tree'],
    ['time', String(plan.epoch.seconds), tree?.epoch === undefined ? 'the newest of the root tree' : 'as asked for'],
  ];
}

function generationReason({ request, plan: { description } }: Decided): string {
  if (request.description.generation) return ' as asked for';
  const { generationBecause: because } = description;
  if (because === undefined) return '';
  const { path, line, column } = because.place;
  return ` (${basename(path)}, line ${line}, column ${column}: ${because.text.replace(/\.$/, '')})`;
}

function ofBooting({ request, plan }: Decided): DecisionRow[] {
  const { description, layout, kernel, menu, architecture, firmware } = plan;
  const { generation, type } = description;
  const espReason = said(description, 'efifatimagesize', usual(generation));
  return [
    ['firmware', firmware, said(description, 'firmware', `the usual one of ${architecture.machine}`)],
    ['boot loaders', layout.loaders, loadersReason(request, plan)],
    ['partition table', layout.partitionTable, tableReason(request, plan)],
    ...(layout.efi ? [['EFI system partition', `${type.efifatimagesize} MiB`, espReason] as const] : []),
    ['kernel', kernel.path, request.input.kernel === undefined ? kernelReason(generation) : 'as asked for'],
    ['medium id', menu.mediumId, 'drawn from the time'],
  ];
}

function kernelReason({ bootsNewestKernel }: GenerationRules): string {
  return bootsNewestKernel ? 'the newest that has modules' : 'the first that has modules';
}

function loadersReason({ medium }: BuildRequest, { description, layout, firmware }: BuildPlan): string {
  if (medium?.layout !== undefined) return 'as asked for';
  const { generation } = description;
  const isUsual = generation.layout[isEfi(firmware) ? 'efi' : 'bios'] === layout.loaders;
  return isUsual ? usual(generation) : 'what the root tree has for this machine';
}

function tableReason({ medium }: BuildRequest, { description, layout, firmware }: BuildPlan): string {
  if (medium?.partitionTable !== undefined) return 'as asked for';
  if (layout.partitionTable === 'none') return 'it boots as a CD only, without hybrid="true"';
  if (layout.loaders !== 'grub') return 'ISOLINUX takes an MBR';
  return isEfi(firmware) ? said(description, 'efiparttable', usual(description.generation)) : 'without EFI an MBR does';
}

function initrd({ request: { initrd: asked = {} }, dracut }: Decided): DecisionRow {
  if (!dracut) return ['initrd', asked.file ?? '', 'as asked for; dracut is not run'];
  const why = {
    chroot: 'this user may enter the root tree by chroot',
    userns: 'chroot is not permitted to this user, user namespaces are',
    sysroot: `the root tree cannot be entered here. ${dracut.refused ?? ''}`.trim(),
  };
  const isAsked = asked.dracut !== undefined && asked.dracut !== 'auto';
  const kept = asked.cacheDirectory === undefined ? '' : `, or kept in ${asked.cacheDirectory}`;
  return ['initrd', `by dracut, ${dracut.mode}${kept}`, isAsked ? 'as asked for' : why[dracut.mode]];
}

function initrdCompression({ initrdCompression: chosen }: Decided): DecisionRow[] {
  if (!chosen) return [];
  const { by, reason } = chosen;
  if (by === 'nobody') return [['initrd compression', 'none', reason]];
  if (by === 'dracut') return [['initrd compression', `by dracut${chosen.option ? `, ${chosen.option}` : ''}`, reason]];
  return [['initrd compression', compressionText(chosen.stream), reason]];
}

function compressionText({ name, level, engine }: Pick<RootCompressionFacts, 'name' | 'level' | 'engine'>): string {
  return [name, `level ${level}`, `by ${engine}`].join(', ');
}

function rootImage(
  { description, rootImage: image }: BuildPlan,
  { fileSystem: made }: Pick<RootImage, 'fileSystem'>,
): DecisionRow {
  if (image.kind !== 'ext4-in-squashfs' || made === undefined) {
    const what = image.kind === 'erofs' ? 'an EROFS' : 'a squashfs';
    return ['root image', `${what} that is the root itself`, said(description, 'filesystem', '')];
  }
  const { size } = description;
  const rule = 'half as much again as the content, and two inodes for each entry';
  const asked = size && `${size.mebibytes} MiB${size.additive ? ` more than ${rule}` : ' as the description says'}`;
  const mebibytes = Math.ceil(made.size / MIB);
  return [
    'root image',
    `ext4 of ${mebibytes} MiB in a squashfs, profile ${image.fileSystem.profile}`,
    `${made.grown ? 'as large as its content needs' : (asked ?? rule)}; ${image.fileSystem.reason}`,
  ];
}

function keptPlaces({ like }: Pick<RootImage, 'like'>): DecisionRow[] {
  if (!like) return [];
  const { kept, moved, added, removed } = like;
  const shown = ({ files, bytes }: typeof kept) => `${files} files (${Math.ceil(bytes / MIB)} MiB)`;
  const others = `${shown(moved)} move, ${shown(added)} are new, ${shown(removed)} are gone`;
  return [['earlier image', `${shown(kept)} keep their places`, others]];
}

function compression({ request, plan }: Decided): DecisionRow {
  const shown = compressionText(rootCompressionFacts(plan.rootImage));
  const { description, rootImage: image } = plan;
  const words = { squashfs: /(^|\s)-comp\s/, erofs: /(^|\s)-z/, 'ext4-in-squashfs': undefined }[image.kind];
  const usual = image.kind === 'erofs' ? 'erofscompression' : 'squashfscompression';
  const inWords = !description.attributePlaces.has(usual) && words?.test(description.type.fscreateoptions ?? '');
  const attribute = inWords ? 'fscreateoptions' : usual;
  const reason = request.compression?.name ? 'as asked for' : said(description, attribute, 'what KIWI takes');
  return ['compression', shown, reason];
}

function labels({ selinux }: BuildPlan): DecisionRow {
  return selinux
    ? ['SELinux labels', selinux.name, 'the policy of the root tree']
    : ['SELinux labels', 'none', 'the root tree has no policy'];
}

function mediaCheck({ request, plan: { tag, description } }: Decided): DecisionRow {
  const reason = request.medium?.mediaCheck
    ? 'as asked for'
    : said(description, 'mediacheck', 'the description does not ask for one');
  return ['media check', tag ? tagSeal(tag).name : 'none', reason];
}

function ofFiles({ cdroot, editScript, grubTemplate, targetDirectory, baseName }: BuildPlan): DecisionRow[] {
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
    ['results', `${targetDirectory}/${baseName}.iso`, 'and .packages, .verified, isopress.result.json next to it'],
  ];
}

/** The source of a choice: the description with its line, the option that replaces an attribute, or `otherwise`. */
function said({ attributePlaces }: LiveDescription, attribute: string, otherwise: string): string {
  const place = attributePlaces.get(attribute);
  if (place === undefined) return otherwise;
  return place.line === undefined
    ? `attribute ${attribute} given as an option`
    : `${basename(place.path ?? '')}, line ${place.line}`;
}

function usual({ name }: GenerationRules): string {
  return `the usual one of ${name}`;
}
