// Examples of each command, for its help and its manual page.

const EXAMPLES: Readonly<Record<string, readonly string[]>> = {
  build: ['isopress build --description ./image --root ./rootfs --target-dir ./out'],
  bundle: ['isopress bundle --target-dir ./out --id Build1 --bundle-dir ./bundle'],
  ext4: ['isopress ext4 ./rootfs rootfs.img --label ROOT', 'tar -c -C rootfs . | isopress ext4 - rootfs.img --size 2G'],
  squashfs: ['isopress squashfs ./rootfs rootfs.squashfs --compression zstd --level 19'],
  iso: [
    'isopress iso ./tree data.iso --volume-id DATA',
    'isopress iso ./tree boot.iso --layout grub --bios-boot boot/eltorito.img --efi-boot boot/efi.img',
  ],
  fat: ['isopress fat ./esp esp.img --label ESP --type 32 --size 64M'],
  tag: ['isopress tag --digest sha256 live.iso'],
  check: ['isopress check live.iso'],
  info: ['isopress info live.iso'],
  ls: ['isopress ls -l live.iso!/LiveOS/squashfs.img'],
  cat: ['isopress cat live.iso boot/grub/grub.cfg'],
  completion: ['isopress completion bash > ~/.local/share/bash-completion/completions/isopress'],
};

/** Command lines that do something useful. */
export function examplesOf(command: string): readonly string[] {
  return Object.hasOwn(EXAMPLES, command) ? EXAMPLES[command]! : [];
}
