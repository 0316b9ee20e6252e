// node examples/bootable-disc.js BIOS-IMAGE EFI-PROGRAM IMAGE
// Makes a disc of parts that boots from CD drives by BIOS and UEFI and from a stick by UEFI, with a digest for a media check.
import { FileTree, file, openHostFile, planDisc, planFat, tagSeal, timestamp, withSeals, writeFile } from 'isopress';

const [biosImage, efiProgram, image] = process.argv.slice(2);
const seed = 'bootable disc';
const epoch = timestamp(1_700_000_000);
const esp = planFat(FileTree.of({ 'EFI/BOOT/BOOTX64.EFI': file(openHostFile(efiProgram).content) }), {
  label: 'ESP',
  seed,
  epoch,
});
const tree = FileTree.of({
  'boot/eltorito.img': file(openHostFile(biosImage).content),
  'README.TXT': file('Boot me.\n'),
});
const disc = planDisc(tree, {
  volumeId: 'BOOTABLE',
  seed,
  epoch,
  boot: { bios: { path: 'boot/eltorito.img' }, efi: 'appended-esp' },
  appendedEsp: esp,
  partitionTable: 'gpt',
});
await writeFile(image, withSeals(disc, [tagSeal({ style: 'rh' })]));
for (const { table, number, type, start, sectors } of disc.layout.partitions) {
  process.stdout.write(`${table} ${number}: type ${type}, ${sectors} sectors from ${start}\n`);
}
