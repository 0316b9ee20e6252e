// In what an ISO by the rules of kiwi-11 differs from that of KIWI 11.1.6, beyond what it has in common with the differences from
// KIWI 9.24. docs/kiwi-differences.md has the same list.
import { KNOWN_DIFFERENCES, type KnownDifference } from './known-differences.js';

export const ONLY_OF_11: readonly KnownDifference[] = [
  {
    title: 'The font of graphical menus without a theme',
    patterns: [/^medium \+ boot\/x86_64\/loader\/grub(\/fonts(\/unicode\.pf2)?)?: /],
  },
  {
    title: 'Build records in the initrd',
    patterns: [
      /^initrd - \.profile: kiwi_revision='\$Format:%H\$': there$/,
      /^initrd [-+] usr\/lib\/dracut\/build-parameter\.txt: .*--add ' kiwi-live pollcdrom '.*: there$/,
      /^root entries ! \.profile: file 0644 0:0 .* \| file 0644 0:0 .*$/,
    ],
  },
  {
    title: 'The size of the medium follows its payload',
    patterns: [/^system area ! MBR partition: 1 0x00 0xee PAYLOAD-END \d+ \| 1 0x00 0xee PAYLOAD-END \d+$/],
  },
];

/** Patterns of all differences: those of KIWI 9.24 that KIWI 11.1.6 has too need not occur. */
export const COMMON_WITH_9 = KNOWN_DIFFERENCES.filter(
  ({ firmware = 'uefi', compression = 'lz4' }) => firmware === 'uefi' && compression === 'lz4',
);
