// An edit of a finished disc beside xorriso, which can also keep what makes a disc boot.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { EFI_PARTITION, GRUB } from './boot-entries.js';
import { contenderIn, plainPress } from './cases.js';

const MENU = 'menuentry "Install" {\n  linux /install/vmlinuz quiet\n}\n';
const EDITED_MENU = MENU.replace('quiet', 'quiet a=1');

/**
 * A seed and a kernel argument for a hybrid disc of a tree. The disc is made once by xorriso, and stays.
 * @param {import('./cases.js').Setting} setting @param {string} tree @param {string} label
 * @returns {import('./cases.js').Case[]}
 */
export function editCases(setting, tree, label) {
  const disc = join(setting.out, 'edited-disc.iso');
  const given = join(setting.out, 'edit-given');
  const prepare = () => makeDisc(disc, given, tree);
  const one = contenderIn(setting.out);
  const ours = (/** @type {string} */ image) =>
    plainPress(setting, 'edit', disc, image, '--add', join(given, 'seed'), '--kernel-args', '+a=1');
  const peer = (/** @type {string} */ image) => [
    ...[
      'xorriso',
      '-indev',
      disc,
      '-outdev',
      image,
      '-boot_image',
      'any',
      'replay',
      '-map',
      join(given, 'seed/nocloud'),
      '/nocloud',
    ],
    ...['-update', join(given, 'grub.cfg'), '/boot/grub/grub.cfg', '-commit'],
  ];
  const marks = { wall: 0.6, written: 1.001, memory: 100 };
  return [
    {
      name: `edit, ${label}`,
      ours: { isopress: { ...one('our-edited.iso', ours), prepare, marks } },
      peers: { 'xorriso, replay': { ...one('peer-edited.iso', peer), prepare } },
    },
  ];
}

/** @param {string} disc @param {string} given  Directory of the files that the edit adds. @param {string} tree */
function makeDisc(disc, given, tree) {
  if (existsSync(disc)) return;
  const boot = join(given, 'boot/boot/grub');
  for (const directory of [boot, join(given, 'seed/nocloud')]) mkdirSync(directory, { recursive: true });
  writeFileSync(join(boot, 'grub.cfg'), MENU);
  writeFileSync(join(boot, 'eltorito.img'), Buffer.alloc(30_000, 'boot image'));
  writeFileSync(join(given, 'grub.cfg'), EDITED_MENU);
  writeFileSync(join(given, 'seed/nocloud/user-data'), '#cloud-config\n');
  writeFileSync(join(given, 'esp.img'), Buffer.alloc(4_000_000, 'system partition'));
  const entries = [...GRUB, ...EFI_PARTITION];
  const partitions = ['-append_partition', '2', '0xef', join(given, 'esp.img'), '-appended_part_as_gpt'];
  const options = ['-quiet', '-R', '-J', '-joliet-long', '-o', disc, ...entries, ...partitions];
  spawnSync('xorriso', ['-as', 'mkisofs', ...options, tree, join(given, 'boot')], { stdio: 'inherit' });
}
