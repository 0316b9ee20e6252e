// Labels of the medium in menus, as each boot loader passes them on.
import { expect, test } from 'vitest';
import { planDisc } from '../../../src/disc/index.js';
import { bytesSource, collect, quietRun } from '../../../src/io/index.js';
import { FileTree, file } from '../../../src/tree/index.js';
import { verifyImage } from '../../../src/verify/index.js';

const run = quietRun();
const text = (content: string) => file(bytesSource(new TextEncoder().encode(content)));

/** Findings about the label of a disc with one menu. */
async function labelFindings(volumeId: string, path: string, menu: string): Promise<string[]> {
  const options = { epoch: { seconds: 0, nanoseconds: 0 }, seed: 's', volumeId };
  const image = await collect(planDisc(FileTree.of({ [path]: text(`${menu}\n`) }), options), run);
  const { findings } = await verifyImage(bytesSource(image), { run });
  return findings.map((one) => one.code).filter((one) => one.startsWith('boot.label'));
}

test.each([
  ['boot/grub/grub.cfg', 'linux /v inst.ks=hd:LABEL=A\\x20B:/ks', 'escape'],
  ['boot/grub/grub.cfg', "linux /v 'archisolabel=A B'", undefined],
  ['boot/grub/grub.cfg', "linux /v 'root=live:CDLABEL=A B'", 'escape'],
  ['boot/grub/grub.cfg', 'linux /v inst.ks=hd:LABEL=Ax20B:/ks', 'mismatch'],
  ['isolinux/isolinux.cfg', 'label x\n linux /v\n append inst.stage2=hd:LABEL=A\\x20B', undefined],
  ['isolinux/isolinux.cfg', 'label x\n linux /v\n append root=live:CDLABEL=A\\x20B', 'escape'],
  ['loader/entries/x.conf', 'linux /v\noptions "archisolabel=A B" quiet', undefined],
  ['loader/entries/x.conf', 'linux /v\noptions archisolabel=A B', 'mismatch'],
])('%s of a disc "A B": %j gives %s', async (path, menu, code) => {
  expect(await labelFindings('A B', path, menu)).toEqual(code === undefined ? [] : [`boot.label-${code}`]);
});

test.each([
  ['linux /v root=live:CDLABEL=A:B archisolabel=A:B', undefined],
  ['linux /v archisolabel=A:B', undefined],
  ['linux /v root=LABEL=A:B', undefined],
  ['linux /v root=live:CDLABEL=A', 'mismatch'],
  ['linux /v inst.ks=hd:LABEL=A:B:/ks.cfg', 'mismatch'],
])('a colon in a label: %j gives %s', async (menu, code) => {
  expect(await labelFindings('A:B', 'boot/grub/grub.cfg', menu)).toEqual(
    code === undefined ? [] : [`boot.label-${code}`],
  );
});
