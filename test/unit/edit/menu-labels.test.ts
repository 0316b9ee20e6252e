// The label of the medium in texts of boot menus: each reader of the label gets the new one in its spelling, and all other bytes stay.
import { describe, expect, test } from 'vitest';
import { labelVariables } from '../../../src/edit/menus/label-variables.js';
import { mayMiss, relabelled } from '../../../src/edit/menus/labels.js';

describe('the label of the medium', () => {
  const label = (kind: Parameters<typeof relabelled>[0], text: string, from: string, to: string) =>
    relabelled(kind, text, { from, to });

  test('changes where a system or GRUB looks for it, and nowhere else', () => {
    const text = `title OLD 1\nsearch --set=root --label 'OLD'\nsearch -l OLD\nlinux /v root=live:CDLABEL=OLD inst.ks=hd:LABEL=OLD:/ks archisolabel=OLD x=OLD OLDER\n`;
    expect(label('grub', text, 'OLD', 'NEW_2')).toBe(text.replaceAll(/OLD(?! 1|ER)(?<!x=OLD)/g, 'NEW_2'));
  });

  for (const [title, kind, text, from, to, expected] of [
    [
      'in ISOLINUX is escaped as udev does',
      'isolinux',
      'append root=live:CDLABEL=A a\n',
      'A',
      'A B',
      'append root=live:CDLABEL=A\\x20B a\n',
    ],
    [
      'in systemd-boot is escaped as udev does',
      'loader-entry',
      'options archisolabel=A\n',
      'A',
      'A/B',
      'options archisolabel=A\\x2fB\n',
    ],
    [
      'with blanks comes in quotes for dracut, which GRUB keeps',
      'grub',
      'linux /v root=live:CDLABEL=A a\n',
      'A',
      'A /(B',
      "linux /v 'root=live:CDLABEL=A /\\x28B' a\n",
    ],
    [
      'with blanks is escaped for other readers',
      'grub',
      'linux /v inst.ks=hd:LABEL=A:/ks.cfg\n',
      'A',
      'A B',
      'linux /v inst.ks=hd:LABEL=A\\x20B:/ks.cfg\n',
    ],
    [
      'stays escaped where it was',
      'grub',
      'linux /v root=live:CDLABEL=A\\x20B\n',
      'A B',
      'C D',
      'linux /v root=live:CDLABEL=C\\x20D\n',
    ],
    [
      'with blanks is found in quotes',
      'grub',
      `linux /v "root=live:CDLABEL=A B" 'x.label=A B'\n`,
      'A B',
      'C',
      `linux /v "root=live:CDLABEL=C" 'x.label=C'\n`,
    ],
    [
      'with blanks is found after backslashes',
      'grub',
      'linux /v root=live:CDLABEL=A\\ B inst.stage2=hd:LABEL=A\\\\x20B\n',
      'A B',
      'C',
      'linux /v root=live:CDLABEL=C inst.stage2=hd:LABEL=C\n',
    ],
    [
      'is quoted for search',
      'grub',
      'if search -l A --set root; then true; fi\nsearch --label "A"\n',
      'A',
      'A B',
      `if search -l 'A B' --set root; then true; fi\nsearch --label "A B"\n`,
    ],
    [
      'is part of a path of udev',
      'grub',
      `linux /v root=/dev/disk/by-label/OLD archisodevice=/dev/disk/by-label/OLD_2\nlinux /v 'root=live:/dev/disk/by-label/OLD'\n`,
      'OLD',
      'NEW',
      `linux /v root=/dev/disk/by-label/NEW archisodevice=/dev/disk/by-label/OLD_2\nlinux /v 'root=live:/dev/disk/by-label/NEW'\n`,
    ],
    [
      'keeps the quotes of a search closed',
      'grub',
      `search -l 'A'\nsearch --label "A"\nsearch -l A\n`,
      'A',
      `it's "$x"`,
      `search -l 'it'\\''s "$x"'\nsearch --label "it's \\"\\$x\\""\nsearch -l 'it'\\''s "$x"'\n`,
    ],
    [
      'is found as udev escapes it',
      'isolinux',
      'append inst.stage2=hd:LABEL=A\\x20B quiet',
      'A B',
      'C',
      'append inst.stage2=hd:LABEL=C quiet',
    ],
    [
      'goes on after a colon where a live module reads it',
      'isolinux',
      'append root=live:CDLABEL=A:B archisolabel=A:B inst.ks=hd:LABEL=A:B\n',
      'A',
      'C',
      'append root=live:CDLABEL=A:B archisolabel=A:B inst.ks=hd:LABEL=C:B\n',
    ],
    [
      'with a colon is found in every spelling',
      'grub',
      `linux /v root=live:CDLABEL=A:B 'x.label=A:B' archisolabel="A:B"\n`,
      'A:B',
      'C D',
      `linux /v 'root=live:CDLABEL=C D' 'x.label=C\\x20D' archisolabel="C\\x20D"\n`,
    ],
    [
      'keeps the spelling of each argument of a line',
      'grub',
      `linux /v root=live:CDLABEL=A\\x20B "inst.stage2=hd:LABEL=A\\x20B" 'x.label=A B'\n`,
      'A B',
      'C D',
      `linux /v root=live:CDLABEL=C\\x20D "inst.stage2=hd:LABEL=C\\x20D" 'x.label=C\\x20D'\n`,
    ],
    ['is not found inside a longer one', 'grub', 'linux /v root=live:CDLABEL=A-1', 'A', 'B C', undefined],
  ] as const) {
    test(title, () => expect(label(kind, text, from, to)).toBe(expected ?? text));
  }
});

describe('the label in variables of GRUB', () => {
  const followed = (texts: readonly string[], from: string, to: string) => {
    const variables = labelVariables(texts, from);
    return {
      unknown: variables.unknown,
      texts: texts.map((text) => relabelled('grub', text, { from, to, variables })),
    };
  };

  test('is followed through simple assignments, also into another menu', () => {
    const first = `set l=OLD\nlbl="OLD"\nset again=$l\nset title=OLD\nset other='OTHER'\nexport l lbl\n`;
    const second = `search --no-floppy --set=root --label $l\nlinux /v root=live:CDLABEL=\${lbl} a\nsearch -l "$again" -s x\nsearch -l $other\n`;
    expect(followed([first, second], 'OLD', 'NEW')).toEqual({
      unknown: [],
      texts: [first.replace('l=OLD', 'l=NEW').replace('"OLD"', 'NEW'), second],
    });
  });

  test('is written with its blanks, and into arguments with its escapes', () => {
    const text = `set label=A\nsearch --label $label\nlinux /v root=live:CDLABEL=$label x.label=\${label} y.label=$z\nset z=B\n`;
    expect(followed([text], 'A', 'C D').texts).toEqual([
      "set label='C D'\nsearch --label $label\nlinux /v 'root=live:CDLABEL=C D' x.label=C\\x20D y.label=$z\nset z=B\n",
    ]);
  });

  test('is named where no simple assignment tells it', () => {
    const text = `set a="\${b}_1"\nprobe --set=p --label $root\nsearch -l $a\nsearch -l $p\nsearch -l $e --set root\nfunction f {\n search -l $1 --set\n}\n`;
    expect(followed([text], 'OLD', 'NEW')).toEqual({ unknown: ['a', 'e', '1'], texts: [text] });
  });

  test('is the same in time that grows with the menu', () => {
    const text = `${'set l=OLD\n'.repeat(50_000)}search -l $l\n${'x'.repeat(300_000)}`;
    expect(followed([text], 'OLD', 'NEW').texts).toEqual([text.replaceAll('OLD', 'NEW')]);
  });
});

test('a label with a colon is lost in arguments that a path follows', () => {
  expect(mayMiss('isolinux', 'append inst.ks=hd:LABEL=A:B:/ks.cfg\n', 'A:B')).toBe(true);
  expect(mayMiss('grub', 'linux /v root=live:CDLABEL=A:B archisolabel=A:B\n', 'A:B')).toBe(false);
});
