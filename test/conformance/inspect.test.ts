// `isopress info` on images of other programs, and on our own disc.
import { mkdirSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { fromText } from '../../src/bytes/text.js';
import { planDisc } from '../../src/disc/index.js';
import { inspectImage } from '../../src/image/index.js';
import { quietRun } from '../../src/io/content.js';
import { openFileSource } from '../../src/io/file.js';
import { bytesSource, collect } from '../../src/io/memory.js';
import { isopress } from '../support/command.js';
import { BIOS_IMAGE, liveOptions, mediaTree } from '../support/discs.js';
import { judge, oracle } from '../support/oracle.js';
import { scratchDirectory } from '../support/scratch.js';
import { noise } from '../support/trees.js';

const scratch = scratchDirectory();
const source = join(scratch, 'source');
mkdirSync(source);
writeFileSync(join(source, 'file'), 'text');
writeFileSync(join(source, 'boot.img'), noise(8192, 1));

async function inspect(path: string) {
  const image = await openFileSource(fromText(path));
  try {
    return await inspectImage(image);
  } finally {
    await image.close();
  }
}

function empty(name: string, size: number): string {
  const path = join(scratch, name);
  writeFileSync(path, '');
  truncateSync(path, size);
  return path;
}

oracle('genisoimage')('a bridge disc of genisoimage that boots', async () => {
  const path = join(scratch, 'geniso.iso');
  const boot = ['-b', 'boot.img', '-no-emul-boot', '-boot-load-size', '4', '-c', 'boot.cat'];
  judge('genisoimage', ['-quiet', '-udf', '-J', '-R', '-V', 'GENISO', ...boot, '-o', path, source]);
  const facts = await inspect(path);
  expect(facts.fileSystems).toMatchObject([
    { kind: 'iso9660', label: 'GENISO', extensions: ['Rock Ridge 1.10', 'Joliet'] },
    { kind: 'udf', label: 'GENISO', details: { revision: '1.02', blockSize: 2048 } },
  ]);
  expect(facts.bootEntries).toMatchObject([{ platform: 'bios', emulation: 'none', sectors: 4, bootable: true }]);
});

oracle('xorriso', 'implantisomd5')('a tagged disc of xorriso', async () => {
  const path = join(scratch, 'xorriso.iso');
  judge('xorriso', ['-as', 'mkisofs', '-quiet', '-V', 'XORRISO', '-o', path, source]);
  judge('implantisomd5', ['-f', path]);
  const facts = await inspect(path);
  expect(facts.fileSystems).toMatchObject([{ kind: 'iso9660', label: 'XORRISO', extensions: ['Rock Ridge 1.10'] }]);
  expect(facts.tagStyle).toBe('rh');
});

oracle('mkudffs')('volumes of mkudffs, whatever their blocks', async () => {
  for (const [blockSize, revision] of [
    [512, '2.01'],
    [2048, '1.02'],
    [4096, '2.01'],
  ] as const) {
    const path = empty(`udf-${blockSize}.img`, 8 * 1024 * 1024);
    judge('mkudffs', [`--blocksize=${blockSize}`, `--udfrev=${revision}`, '--label=A label', path]);
    const { fileSystems } = await inspect(path);
    expect(fileSystems).toMatchObject([{ kind: 'udf', label: 'A label', details: { revision, blockSize } }]);
  }
});

oracle('mkfs.vfat')('file systems known by their head', async () => {
  const fat16 = empty('fat16.img', 20 * 1024 * 1024);
  judge('mkfs.vfat', ['-n', 'SIXTEEN', '-i', '1a2b3c4d', fat16]);
  const fat32 = empty('fat32.img', 80 * 1024 * 1024);
  judge('mkfs.vfat', ['-F', '32', '-s', '1', '-n', 'THIRTYTWO', fat32]);
  const found = await Promise.all([fat16, fat32].map(inspect));
  expect(found.map(({ fileSystems }) => fileSystems)).toMatchObject([
    [{ kind: 'fat16', label: 'SIXTEEN', size: 20 * 1024 * 1024, details: { serial: '1a2b3c4d' } }],
    [{ kind: 'fat32', label: 'THIRTYTWO', details: { clusterSize: 512 } }],
  ]);
  for (const { partitions } of found) expect(partitions).toEqual([]);
});

oracle('sfdisk')('a live disc has room for one more partition, and tells all of it', async () => {
  const plan = planDisc(mediaTree(), { ...liveOptions('mbr', bytesSource(noise(1_000_000, 5))), udf: '2.01' });
  const path = join(scratch, 'live.iso');
  writeFileSync(path, await collect(plan, quietRun()));
  truncateSync(path, 64 * 1024 * 1024);
  expect(judge('sfdisk', ['--append', path], { input: 'type=83\n' }).status).toBe(0);
  const facts = await inspect(path);
  expect(facts.fileSystems.map(({ kind, where }) => `${kind} in ${where}`)).toEqual([
    'iso9660 in whole image',
    'udf in whole image',
    'iso9660 in mbr 1',
  ]);
  expect(facts.partitions.map(({ type }) => type)).toEqual(['0xcd', '0xef', '0x83']);
  const [, esp, added] = facts.partitions;
  expect(added!.at).toBeGreaterThanOrEqual(esp!.at + esp!.size);
  expect(facts.bootEntries.map(({ platform }) => platform)).toEqual(['bios', 'efi']);
  const block = plan.layout.bootEntries.find(({ image }) => image === BIOS_IMAGE)!.block;
  expect(facts.bootEntries[0]!.block).toBe(block);
});

oracle('sfdisk', 'sgdisk')('a GPT that is moved to the end of a stick takes one more partition', async () => {
  const plan = planDisc(mediaTree(), { ...liveOptions('gpt', bytesSource(noise(1_000_000, 5))), udf: '1.02' });
  const path = join(scratch, 'stick.img');
  writeFileSync(path, await collect(plan, quietRun()));
  truncateSync(path, 64 * 1024 * 1024);
  expect(judge('sgdisk', ['-e', path]).status).toBe(0);
  expect(judge('sfdisk', ['--append', path], { input: 'name=persistence\n' }).status).toBe(0);
  expect(judge('sgdisk', ['-v', path]).stdout).toContain('No problems found');
  const { partitions } = await inspect(path);
  expect(partitions.filter(({ table }) => table === 'gpt').map(({ name }) => name)).toEqual([
    'ISO9660',
    'Appended2',
    'persistence',
  ]);
});

oracle('genisoimage')('the command prints it, and says by its exit code that it knows nothing', async () => {
  const path = join(scratch, 'command.iso');
  judge('genisoimage', ['-quiet', '-R', '-V', 'SHOWN', '-o', path, source]);
  const { status, stdout } = isopress(['info', path]);
  expect(stdout).toContain('iso9660 "SHOWN" in whole image');
  expect(status).toBe(0);
  const json = JSON.parse(isopress(['info', '--json', path]).stdout);
  expect(json.fileSystems[0]).toMatchObject({ kind: 'iso9660', label: 'SHOWN' });
  expect(isopress(['info', empty('nothing', 100_000)]).status).toBe(5);
});
