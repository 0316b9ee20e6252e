// A disc with a squashfs with an ext4 inside, and names that mean something to HTML: every one of them is data.
import { chooseCompression } from '../../src/compress/index.js';
import {
  bytesSource,
  FileTree,
  file,
  planDisc,
  planExt4,
  planFat,
  planSquashfs,
  type Source,
  symlink,
  timestamp,
  toBytes,
} from '../../src/index.js';

const epoch = timestamp(1_700_000_000);
const given = { seed: 'nested', epoch };

/** Names that would be markup, script or another direction of text where they are not escaped. */
export const HOSTILE_NAMES = [
  '<script>alert(1)<\\script>',
  '"><img src=x onerror=alert(2)>',
  "'onmouseover='alert(3)",
  '`$\u007balert(4)}`',
  '&lt;b&gt;',
  'a\u202etxt.exe',
  'line\nbreak',
  'javascript:alert(5)',
];

/** Status of dpkg with two packages. */
const STATUS = `Package: base-files
Status: install ok installed
Architecture: amd64
Version: 12.4

Package: <b>bold</b>
Status: install ok installed
Architecture: all
Version: 1&2
`;

/** Bytes that do not compress: a linear congruential generator. */
function noise(length: number): Uint8Array {
  let state = 1;
  return new Uint8Array(length).map(() => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state >>> 24;
  });
}

/** The tree of the innermost layer. */
function rootTree(): FileTree {
  const hostile = HOSTILE_NAMES.map((name, index) => [`srv/${name}`, file(`hostile ${index}\n`.repeat(2500))] as const);
  return FileTree.of({
    'etc/os-release': file('ID=nested\nNAME="Nested"\n'),
    'etc/motd': file('Hello from the innermost layer.\n'),
    'etc/link': symlink('motd'),
    'var/lib/dpkg/status': file(STATUS),
    'usr/bin/program': file(noise(120_000)),
    'usr/share/doc/text': file('words\n'.repeat(20_000)),
    ...Object.fromEntries(hostile),
  });
}

/** The disc. Everything is made of the same values each time: so are its bytes. */
export async function nestedDisc(): Promise<Source> {
  const root = planExt4(rootTree(), { ...given, label: '<i>root</i>' });
  const squashfs = planSquashfs(FileTree.of({ 'LiveOS/rootfs.img': file(root) }), {
    ...given,
    compression: chooseCompression({ name: 'zstd', engine: 'portable' }),
  });
  const esp = planFat(FileTree.of({ 'EFI/BOOT/BOOTX64.EFI': file(new Uint8Array(5000)) }), { ...given, label: 'ESP' });
  const media = FileTree.of({
    'LiveOS/squashfs.img': file(bytesSource(await toBytes(squashfs))),
    'boot/esp.img': file(bytesSource(await toBytes(esp))),
    'readme.txt': file('Read me.\n'),
  });
  const disc = planDisc(media, {
    ...given,
    volumeId: 'NESTED',
    layout: 'gpt-only',
    boot: { efi: { path: 'boot/esp.img' } },
  });
  return bytesSource(await toBytes(disc));
}
