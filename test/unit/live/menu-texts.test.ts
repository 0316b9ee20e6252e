// biome-ignore-all lint/suspicious/noTemplateCurlyInString: templates of menus have their own placeholders
// Values of descriptions in menus: whatever they hold, a menu has the entries and commands that it is meant to have. Judges are
// GRUB's own parser, and a shell, whose quoting GRUB's script language shares.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { chooseMenu } from '../../../src/live/boot/choose-menu.js';
import { commandLines } from '../../../src/live/boot/command-line.js';
import { renderMenu } from '../../../src/live/boot/grub-config.js';
import { literal, quoted, words } from '../../../src/live/boot/grub-script.js';
import { renderTemplate } from '../../../src/live/boot/grub-template.js';
import { renderIsolinux, renderIsolinuxMessage } from '../../../src/live/boot/isolinux-config.js';
import type { MenuModel } from '../../../src/live/boot/menu.js';
import { renderBootInfo } from '../../../src/live/boot/open-firmware.js';
import { readDescription } from '../../../src/live/description/index.js';
import { architectureOf } from '../../../src/live/plan/architecture.js';
import { FileTree } from '../../../src/tree/file-tree.js';
import { judge, oracle } from '../../support/oracle.js';
import { scratchDirectory } from '../../support/scratch.js';

const scratch = scratchDirectory();

const HOSTILE = [
  "'",
  '"',
  '$',
  '\\',
  "\\'",
  '`id`',
  '$(id)',
  '${root}',
  '#',
  ';',
  '|',
  '&',
  '{',
  '}',
  '<',
  '>',
  '*',
  '!',
  '~',
  ' ',
  '-',
  'a\nb',
  'a\r\nb',
  "x'\n}\nmenuentry 'evil' {\n  halt\n}\n#",
  'x\n  append evil\nlabel evil',
  'a\tb',
  'ü',
  '雪',
  'a"b c"d',
  "it's",
  'x; halt',
  '$root/evil',
  '"',
  '""',
  "''",
  'a\\',
  '---',
  '^F',
  '\u00a0',
  '%N',
];

const lines = (options: string) =>
  commandLines({
    ...{ flags: 'overlay', options, volumeId: 'LIVE' },
    persistent: false,
    persistentFileSystem: undefined,
    squashedRoot: false,
    overlayOption: 'rd.overlay',
  });

const plain: MenuModel = {
  ...{ mediumId: '0x5358326c', title: 'Small', loaderDirectory: '/boot/x86_64/loader', grubDirectory: 'grub' },
  ...{ timeoutSeconds: 5, timeoutStyle: 'menu', graphicsMode: 'auto', outputConsoles: ['gfxterm', 'serial'] },
  ...{
    inputConsoles: ['console', 'serial'],
    serialLine: 'serial --speed=115200',
    theme: 'oak',
    commandLines: lines('quiet'),
  },
  ...{ failsafe: true, mediaCheck: true, hypervisor: false, linuxEfi: false },
};

/** The commands of a menu, each by its first word. */
const shape = (text: string) => text.split('\n').map((line) => line.trim().split(' ')[0]);

const evaluated = (text: string) =>
  Buffer.from(judge('sh', ['-f', '-c', `printf '<%s>' ${text}`]).stdout, 'latin1').toString();
/** A shell puts a home directory in place of this one, GRUB does not. */
const FOR_SHELLS = HOSTILE.filter((text) => text !== '~');

oracle('sh').each(FOR_SHELLS)('%j is one word of a script, and says what it said', (text) => {
  const line = text.replace(/[\t\r\n]+/g, ' ');
  expect(evaluated(quoted(text))).toBe(`<${line}>`);
  expect(evaluated(literal(text))).toBe(`<${line}>`);
});

oracle('sh').each(FOR_SHELLS)(
  'options with %j are words, with their blanks where they are in double quotes',
  (text) => {
    const line = `quiet ${text.replace(/[\t\r\n]+/g, ' ')} splash`;
    const all = (line.match(/(?:"[^"]*"?|[^ "])+/g) ?? []).map((word) => word.replaceAll('"', ''));
    expect(evaluated(words(`quiet ${text} splash`))).toBe(all.map((word) => `<${word}>`).join(''));
  },
);

const menus: [string, (text: string) => MenuModel][] = [
  ['title', (title) => ({ ...plain, title })],
  ['kernel options', (options) => ({ ...plain, commandLines: lines(options) })],
  ['graphics mode', (graphicsMode) => ({ ...plain, graphicsMode })],
  ['theme', (theme) => ({ ...plain, theme })],
];

describe.each(menus)('the %s', (_, menuOf) => {
  oracle('grub-script-check').each(HOSTILE)('%j adds no command to grub.cfg', (text) => {
    const script = renderMenu(menuOf(text));
    const { status, stderr } = judge('grub-script-check', [], { input: script });
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(shape(script)).toEqual(shape(renderMenu(plain)));
  });

  oracle('grub-script-check').each(HOSTILE)('%j adds none to a menu from a template', async (text) => {
    const template = [
      '# the menu of ${title}, $bootpath',
      'search ${search_params}',
      'set gfxmode=${gfxmode}',
      'set theme="($$root)/boot/grub/themes/${theme}/theme.txt"',
      'menuentry "${title}" --class os {',
      "  echo 'Loading ${title}'",
      '  linux ($$root)${bootpath}/linux $${extra} ${boot_options}',
      '}',
      "menuentry 'Failsafe -- ${title}' { linux ($$root)${bootpath}/linux ${failsafe_boot_options}; }",
      '',
    ].join('\n');
    const path = join(scratch, 'template');
    writeFileSync(path, template);
    const script = await renderTemplate(path, menuOf(text), 'bootx64.efi');
    const { status, stderr } = judge('grub-script-check', [], { input: script });
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(shape(script)).toEqual(shape(await renderTemplate(path, plain, 'bootx64.efi')));
  });

  test.each(HOSTILE)('%j adds no line to isolinux.cfg and its message', (text) => {
    const look = { modules: new Set(['menu.c32']), gfxboot: false, resolution: '800 600' };
    expect(shape(renderIsolinux(menuOf(text), look))).toEqual(shape(renderIsolinux(plain, look)));
    const message = renderIsolinuxMessage(menuOf(text));
    expect(message.split('\n')).toHaveLength(renderIsolinuxMessage(plain).split('\n').length);
    expect(message).toMatch(/^[\n\x20-\x7e]*$/);
  });
});

oracle('python3')('every title is text of bootinfo.txt', () => {
  const program = [
    'import sys, json, xml.etree.ElementTree as x',
    'print(json.dumps([x.fromstring(text).find("description").text for text in json.load(sys.stdin)]))',
  ].join('\n');
  const texts = HOSTILE.map((title) => renderBootInfo(title, 'grub', 'powerpc-ieee1275').replace('&device;', 'device'));
  const ascii = JSON.stringify(texts).replace(
    /[^\0-\x7e]/g,
    (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
  const { stdout } = judge('python3', ['-c', program], { input: ascii });
  expect(JSON.parse(stdout)).toEqual(HOSTILE.map((title) => title.replace(/\s+/g, ' ')));
});

describe('the command for the serial line', () => {
  const layout = { loaders: 'grub', bios: 'grub', efi: false, openFirmware: false, partitionTable: 'mbr' } as const;
  const menuFor = (type: string, loader: string, bios: 'grub' | 'isolinux' = 'grub', typeAttributes = {}) => {
    const text = `<image schemaversion="8.0" name="small"><preferences><version>1.0.0</version>
      <type image="iso" ${type}><bootloader name="grub2" ${loader}/></type></preferences></image>`;
    const description = readDescription(text, 'f.xml', { architecture: 'x86_64', typeAttributes });
    return chooseMenu(description, {
      overlayOption: 'rd.overlay',
      root: FileTree.of({}),
      architecture: architectureOf('x86_64'),
      layout: { ...layout, bios },
      epoch: 0,
    });
  };

  test('is that of GRUB', () => {
    const line = 'serial --speed=9600 --unit=0 --word=8 --parity=no --stop=1';
    expect(menuFor('', `serial_line="${line}"`).serialLine).toBe(line);
  });

  test.each(['serial; halt', 'serial &#10;halt', 'halt', 'serial $root', "serial 'x'", 'serial {', ''])(
    'is not %j',
    (line) => {
      expect(() => menuFor('', `serial_line="${line}"`)).toThrow(
        expect.objectContaining({ code: 'live.menu-text', place: expect.objectContaining({ path: 'f.xml', line: 2 }) }),
      );
    },
  );

  test('options of Linux do not become another file for Xen', () => {
    const type = 'kernelcmdline="quiet --- evil"';
    const xen = { xen_server: 'true' };
    expect(() => menuFor(type, '', 'isolinux', xen)).toThrow(expect.objectContaining({ code: 'live.menu-text' }));
    expect(menuFor(type, '', 'grub', xen).commandLines.normal).toContain('--- evil');
  });
});
