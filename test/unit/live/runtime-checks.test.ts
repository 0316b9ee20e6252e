// KIWI's checks beyond the schema, each with its condition, and each disabled by its name.
import { expect, test } from 'vitest';
import type { IsopressError } from '../../../src/errors.js';
import { readDescription } from '../../../src/live/description/index.js';
import { checkAgainstTree, checkDescribed, checkNames } from '../../../src/live/plan/runtime-checks.js';

interface Case {
  readonly type?: string;
  readonly inside?: string;
  readonly packages?: string;
  readonly version?: string;
  readonly schema?: string;
  readonly options?: Readonly<Record<string, string>>;
  readonly disabled?: readonly string[];
  readonly initrdGiven?: boolean;
  readonly inTree?: boolean;
  readonly hasGpt?: boolean;
}

const LIVE = '<package name="dracut-kiwi-live"/>';

/** The code of the error, undefined when all checks pass. */
function check(given: Case): string | undefined {
  const { version = '<version>1</version>', packages = LIVE, schema = '8.5', disabled = [] } = given;
  const text = `<image schemaversion="${schema}" name="n"><preferences>${version}
<type image="iso" ${given.type ?? ''}>${given.inside ?? ''}</type></preferences>
<packages type="image">${packages}</packages></image>`;
  const architecture = 'x86_64';
  try {
    const request = { architecture, typeAttributes: given.options ?? {}, disabledChecks: disabled };
    const description = readDescription(text, 'config.xml', request);
    const { initrdGiven = false, hasGpt = false, inTree = false } = given;
    checkDescribed({ description, architecture, hasGpt }, disabled);
    checkAgainstTree({ description, initrdGiven, isDebian: false, hasDracutModule: () => inTree }, disabled);
  } catch (error) {
    return (error as IsopressError).code;
  }
  return undefined;
}

const loader = (name: string, settings: string) =>
  `<bootloader name="${name}"><bootloadersettings>${settings}</bootloadersettings></bootloader>`;

test('a sound description passes all', () => {
  expect(check({})).toBeUndefined();
});

test.each<[string, string, Case, Case]>([
  ['check_image_version_provided', 'description.no-version', { version: '' }, { version: '<version>1</version>' }],
  [
    'check_efi_fat_image_has_correct_size',
    'description.esp-size',
    { type: 'efifatimagesize="32"' },
    { type: 'efifatimagesize="31"' },
  ],
  [
    'check_dracut_module_for_live_iso_in_package_list',
    'description.no-live-module',
    { packages: '' },
    { packages: '', type: 'flags="dmsquash"' },
  ],
  [
    'check_image_type_unique',
    'description.type-twice',
    { inside: '</type><type image="iso" volid="OTHER">' },
    { inside: '</type><type image="tbz">' },
  ],
  [
    'check_xen_uniquely_setup_as_server_or_guest',
    'description.xen',
    { options: { xen_server: 'true' }, inside: '<machine xen_loader="hvmloader"/>' },
    { options: { xen_server: 'true' } },
  ],
  [
    'check_xen_uniquely_setup_as_server_or_guest',
    'description.xen',
    { options: { xen_server: 'true' }, type: 'firmware="ec2"' },
    { type: 'firmware="ec2"' },
  ],
  [
    'check_partuuid_persistency_type_used_with_mbr',
    'description.partuuid',
    { type: 'devicepersistency="by-partuuid"' },
    { type: 'devicepersistency="by-partuuid"', hasGpt: true },
  ],
  [
    'check_bootloader_env_compatible_with_loader',
    'description.loader-environment',
    { inside: loader('zipl', '<environment><env name="a" value="b"/></environment>') },
    { inside: loader('grub2', '<environment><env name="a" value="b"/></environment>') },
  ],
])('%s', (name, code, bad, good) => {
  expect(check(bad)).toBe(code);
  expect(check({ ...bad, disabled: [name] })).toBeUndefined();
  expect(check({ ...bad, disabled: checkNames.filter((other) => other !== name) })).toBe(code);
  expect(check(good)).toBeUndefined();
});

test('the module counts wherever it comes from, and not at all where no initrd is made', () => {
  expect(check({ packages: '<package name="kiwi-dracut-live"/>' })).toBeUndefined();
  expect(check({ packages: '<package name="kiwi-dracut-live"/>', schema: '7.5' })).toBeUndefined();
  expect(check({ packages: '', inTree: true })).toBeUndefined();
  expect(check({ packages: '', initrdGiven: true })).toBeUndefined();
  expect(check({ packages: '<package name="dracut-kiwi-live" arch="aarch64"/>' })).toBe('description.no-live-module');
});

test.each([
  [true, 'kiwi-dracut-live'],
  [false, 'dracut-kiwi-live'],
])('the package is named as the distribution names it (Debian: %s)', (isDebian, name) => {
  const text =
    '<image schemaversion="8.5" name="n"><preferences><version>1</version><type image="iso"/></preferences></image>';
  const description = readDescription(text, 'config.xml', { architecture: 'x86_64' });
  expect(() => checkAgainstTree({ description, initrdGiven: false, isDebian, hasDracutModule: () => false })).toThrow(
    expect.objectContaining({ hint: expect.stringContaining(`<package name="${name}"/>`) }),
  );
});

test('a loader without an environment may have other settings', () => {
  const settings = '<installoption name="--suse-enable-tpm"/>';
  expect(check({ inside: loader('zipl', settings) })).toBeUndefined();
});

test('the primary one of two types is taken where the check is off', () => {
  const text = `<image schemaversion="8.5" name="n"><preferences><version>1</version>
<type image="iso" volid="ONE"/><type image="iso" volid="TWO" primary="true"/></preferences></image>`;
  const request = { architecture: 'x86_64', disabledChecks: ['check_image_type_unique'] };
  expect(readDescription(text, 'config.xml', request).type.volid).toBe('TWO');
});
