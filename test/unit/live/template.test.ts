// biome-ignore-all lint/suspicious/noTemplateCurlyInString: placeholders are what is being tested
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { commandLines } from '../../../src/live/boot/command-line.js';
import { renderTemplate } from '../../../src/live/boot/grub-template.js';
import type { MenuModel } from '../../../src/live/boot/menu.js';
import { substitute } from '../../../src/live/boot/template.js';
import { scratchDirectory } from '../../support/scratch.js';

const scratch = scratchDirectory();

test('names in both spellings are replaced, two dollars are one', () => {
  expect(substitute('$a ${b}c $$a $${b}', { a: '1', b: '$a' }, 't')).toBe('1 $ac $a ${b}');
});

test.each([
  ['one\n  ${nothing}', 'asks for ${nothing}, which has no value', 2, 3],
  ['$a $unknown', 'asks for $unknown', 1, 4],
  ['x\ny $ z', 'starts no placeholder', 2, 3],
  ['${a', 'starts no placeholder', 1, 1],
])('%j is an error with its place', (text, message, line, column) => {
  expect(() => substitute(text, { a: '1' }, 'menu.tmpl')).toThrow(
    expect.objectContaining({ code: 'live.template', place: { path: 'menu.tmpl', line, column } }),
  );
  expect(() => substitute(text, { a: '1' }, 'menu.tmpl')).toThrow(message);
});

test("KIWI's placeholders have the values of the menu", async () => {
  const menu: MenuModel = {
    ...{ mediumId: '0x5358326c', title: 'Live', loaderDirectory: '/boot/x86_64/loader', grubDirectory: 'grub2' },
    ...{ timeoutSeconds: 0, timeoutStyle: 'hidden', graphicsMode: '800x600', outputConsoles: ['gfxterm', 'serial'] },
    ...{ inputConsoles: ['console'], serialLine: 'serial --unit=1', theme: 'oak', failsafe: true, mediaCheck: true },
    ...{ hypervisor: false, linuxEfi: false },
    commandLines: commandLines({
      ...{ flags: 'overlay', options: 'quiet', volumeId: 'LIVE', persistent: false, persistentFileSystem: undefined },
      squashedRoot: false,
      overlayOption: 'rd.overlay',
    }),
  };
  const path = join(scratch, 'menu.tmpl');
  writeFileSync(
    path,
    `search \${search_params}
set timeout=\${boot_timeout} style=\${boot_timeout_style} mode=\${gfxmode} theme=\${boot_directory_name}/\${theme}
\${serial_line_setup}; \${terminal_input}; \${terminal_output}
menuentry "\${title}" { linux ($$root)\${bootpath}/\${kernel_file} \${boot_options} }
initrd \${initrd_file} \${efi_image_name} \${default_boot}
`,
  );
  expect(await renderTemplate(path, menu, 'bootx64.efi')).toBe(`search --file --set=root /boot/0x5358326c
set timeout=0 style=hidden mode=800x600 theme=grub2/oak
serial --unit=1; console; gfxterm serial
menuentry "Live" { linux ($root)/boot/x86_64/loader/linux quiet root=live:CDLABEL=LIVE rd.live.image }
initrd initrd bootx64.efi 0
`);
  writeFileSync(path, '${hypervisor}');
  await expect(renderTemplate(path, menu, '')).rejects.toMatchObject({ code: 'live.template' });
  expect(await renderTemplate(path, { ...menu, hypervisor: true }, '')).toBe('xen.gz');
  await expect(renderTemplate(join(scratch, 'none'), menu, '')).rejects.toMatchObject({ code: 'source.enoent' });
  await expect(renderTemplate('/dev/zero', menu, '')).rejects.toMatchObject({ code: 'live.template' });
});
