// Descriptions of the shape that distributions give theirs: dozens of included files, profiles by edition, newer words than
// their schema version.
import { expect, test } from 'vitest';
import type { IsopressError } from '../../../../src/errors.js';
import {
  type DescriptionRequest,
  type LiveDescription,
  loadDescription,
} from '../../../../src/live/description/index.js';

const directory = 'fixtures/descriptions-of-makers';
const load = (maker: string, request: Partial<DescriptionRequest> = {}) =>
  loadDescription(`${directory}/${maker}`, { architecture: 'x86_64', ...request });

const reasonOf = ({ generationBecause: because }: LiveDescription) =>
  because &&
  `${because.place.path.replace(`${directory}/`, '')}:${because.place.line} ${because.text.split(' in ')[0]}`;

test('of Fedora: fifty included files, a profile for each desktop, an older schema version with words of KIWI 10', async () => {
  const description = await load('fedora', { profiles: ['Gnome-Live'] });
  expect(description).toMatchObject({
    generation: { name: 'kiwi-10', layout: { efi: 'grub' } },
    profiles: ['Gnome-Live', 'Live', 'Live-Base'],
    packageManager: 'dnf4',
    type: { volid: 'Sample-Live-42', filesystem: 'squashfs', squashfscompression: 'zstd', flags: 'dmsquash' },
    bootloader: { output_console: ['console'], input_console: ['serial'] },
    remarks: [],
  });
  expect(reasonOf(description)).toBe(
    'fedora/platforms/live.xml:3 kiwi-9.24 does not read it: <type> has no attribute "application_id"',
  );
  expect(description.packages.installed).toContain('gnome-desktop');
  expect(description.packages.installed).not.toContain('plasma-desktop');
  expect(description.typePlace).toMatchObject({ path: `${directory}/fedora/platforms/live.xml`, line: 3 });
});

test('of Fedora: without a profile there is no live medium, and those that have one are named', async () => {
  const error = await load('fedora').catch((caught: unknown) => caught as IsopressError);
  expect([(error as IsopressError).code, String((error as IsopressError).hint)]).toEqual([
    'description.no-type',
    'Types of the applied profiles: none. Choose with profiles one of Live, LiveErofs.',
  ]);
});

test('of AlmaLinux: one name for the profiles of several machines', async () => {
  expect((await load('almalinux')).profiles).toEqual(['gnome']);
  expect((await load('almalinux', { profiles: ['gnome'], architecture: 'aarch64' })).profiles).toEqual([
    'gnome',
    'small',
  ]);
  expect((await load('almalinux', { profiles: ['kde'] })).packages.installed).toEqual(['basesystem', 'dracut-live']);
});

test('of openSUSE: a theme, a serial line and persistence, next to the profile of an installer', async () => {
  expect(await load('opensuse')).toMatchObject({
    generation: { name: 'kiwi-10' },
    generationBecause: undefined,
    bootloaderTheme: 'openSUSE',
    locale: 'en_US,de_DE',
    bootloader: { output_console: ['gfxterm', 'serial'], input_console: ['console', 'serial'] },
    type: { hybridpersistent: true, mediacheck: true, editbootconfig: 'edit_boot_config.sh' },
    packages: { installed: ['dracut-kiwi-live', 'grub2-x86_64-efi', 'filesystem'] },
  });
});

test('of Debian, Ubuntu and Arch: each as the first generation that knows its words', async () => {
  const read = await Promise.all(['debian', 'ubuntu', 'arch'].map((maker) => load(maker)));
  expect(read.map(({ generation }) => generation.name)).toEqual(['kiwi-9.24', 'kiwi-10', 'kiwi-11']);
  expect(read.map(reasonOf)).toEqual([
    undefined,
    undefined,
    'arch/config.kiwi:19 kiwi-10 does not read it: <type> has no attribute "efimountoptions"',
  ]);
  expect(read.map(({ packageManager }) => packageManager)).toEqual(['apt', 'apt', 'pacman']);
});
