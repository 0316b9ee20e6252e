// Upgrades between schema versions, step by step.
import { expect, test } from 'vitest';
import { parseVersion } from '../../../../src/live/description/schema-version.js';
import { upgrade } from '../../../../src/live/description/upgrade.js';
import { upgradeSteps } from '../../../../src/live/description/upgrade-steps.js';
import { parseXml, type XmlElement } from '../../../../src/live/description/xml.js';

/** The tree as text again, attributes in order of their names. */
function render({ name, attributes, children, text }: XmlElement): string {
  const words = [...attributes.values()].map((a) => ` ${a.name}="${a.value}"`).sort();
  const inside = text + children.map(render).join('');
  return `<${name}${words.join('')}${inside === '' ? '/>' : `>${inside}</${name}>`}`;
}

function upgraded(from: string, to: string, inside: string): { text: string; lost: string[] } {
  const document = parseXml(`<image>${inside}</image>`, 'config.xml');
  const { image, remarks } = upgrade(document, parseVersion(from)!, parseVersion(to)!);
  return { text: image.children.map(render).join(''), lost: remarks.map(({ text }) => text) };
}

test('the steps form one chain from 6.0 to 8.5', () => {
  expect(upgradeSteps[0]!.from).toBe('6.0');
  expect(upgradeSteps.at(-1)!.to).toBe('8.5');
  upgradeSteps.slice(1).forEach((step, i) => {
    expect(step.from).toBe(upgradeSteps[i]!.to);
  });
});

test.each([
  ['6.0', '6.1', '<opensuseProduct name="a"/>', '<product name="a"/>'],
  ['6.3', '6.4', '<users group="g" id="1"><user name="u"/></users>', '<users><user groups="g" name="u"/></users>'],
  ['6.5', '6.6', '<type><machine domain="dom0"/></type>', '<type xen_server="true"><machine/></type>'],
  ['6.5', '6.6', '<type><machine domain="domU"/></type>', '<type><machine/></type>'],
  [
    '7.1',
    '7.2',
    '<type bootloader="grub2" boottimeout="5" bootloader_console="serial" zipl_targettype="CDL"><size>1</size></type>',
    '<type><bootloader console="serial" name="grub2" targettype="CDL" timeout="5"/><size>1</size></type>',
  ],
  ['7.2', '7.3', '<type image="vmx"/>', '<type image="oem"/>'],
  ['7.3', '7.4', '<packagemanager>apt-get</packagemanager>', '<packagemanager>apt</packagemanager>'],
  ['7.3', '7.6', '<packagemanager>yum</packagemanager>', '<packagemanager>dnf4</packagemanager>'],
  ['7.4', '7.5', '<containerconfig additionaltags="a"/>', '<containerconfig additionalnames="a"/>'],
  ['8.2', '8.3', '<type btrfs_root_is_snapshot="true"/>', '<type btrfs_root_is_snapper_snapshot="true"/>'],
  ['8.3', '8.4', '<bootloader console="serial"/>', '<bootloader output_console="serial"/>'],
  [
    '8.3',
    '8.4',
    '<bootloader console="gfxterm  console"/>',
    '<bootloader input_console="console" output_console="gfxterm"/>',
  ],
])('from %s to %s %s becomes %s', (from, to, before, after) => {
  expect(upgraded(from, to, before)).toEqual({ text: after, lost: [] });
});

test.each([
  ['6.2', '6.3', '<type fsreadonly="squashfs"/>', '<type/>', '<type> fsreadonly="squashfs" is left out'],
  ['6.6', '6.7', '<type checkprebuilt="true"/>', '<type/>', '<type> checkprebuilt="true" is left out'],
  [
    '6.6',
    '6.7',
    '<preferences><defaultroot>r</defaultroot></preferences>',
    '<preferences/>',
    '<defaultroot> is left out',
  ],
  ['6.7', '6.8', '<preferences><hwclock>utc</hwclock></preferences>', '<preferences/>', '<hwclock> is left out'],
  ['6.8', '6.9', '<type hybrid="true"/>', '<type/>', 'every medium boots from a disk too'],
  ['6.9', '7.0', '<type><pxedeploy/></type>', '<type/>', '<pxedeploy> is left out'],
  ['7.0', '7.1', '<repository type="yast2"/>', '<repository/>', 'repositories of this type'],
  ['7.1', '7.2', '<type boottimeout="5"/>', '<type/>', 'keeps it only together with bootloader'],
  ['8.0', '8.1', '<repository type="rpm-dir"/>', '<repository/>', 'repositories of this type'],
  ['8.1', '8.2', '<repository use_for_bootstrap="true"/>', '<repository/>', 'use_for_bootstrap="true" is left out'],
  ['8.4', '8.5', '<type vga="0x317"/>', '<type/>', 'video_mode'],
])('from %s to %s %s is lost, and told', (from, to, before, after, message) => {
  const { text, lost } = upgraded(from, to, before);
  expect(text).toBe(after);
  expect(lost).toEqual([expect.stringContaining(message)]);
});

test('a step is applied only to older documents', () => {
  const text = '<type hybrid="true" vga="0x317"/>';
  expect(upgraded('6.8', '6.8', text)).toEqual({ text, lost: [] });
  expect(upgraded('6.9', '7.6', text)).toEqual({ text, lost: [] });
  expect(upgraded('6.8', '8.5', text).text).toBe('<type/>');
});
