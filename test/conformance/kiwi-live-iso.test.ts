// The same Debian root tree and description through real KIWI and through isopress: the two ISOs and the files next to them
// differ only in what is listed. In every run a medium that GRUB boots, quickly packed; with ISOPRESS_KIWI=all also one packed by
// gzip, which takes KIWI minutes, and one that isolinux boots.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { presentDebianRoot } from '../support/debian-root.js';
import { isopressIso, kiwiIso } from '../support/kiwi/build.js';
import { compareFacts, type Difference, gatherFacts, shown } from '../support/kiwi/facts.js';
import { KNOWN_DIFFERENCES } from '../support/kiwi/known-differences.js';
import { kernelOracle } from '../support/oracle.js';
import { scratchDirectory } from '../support/scratch.js';

const scratch = scratchDirectory();
const root = presentDebianRoot();
const SECONDS = 1500;
const ASPECTS = [
  ...['medium', 'boot configuration', 'initrd', 'El Torito', 'system area', 'partition table', 'volume descriptors'],
  ...['EFI system partition', 'squashfs', 'root file system', 'root entries', 'results'],
];

const cases = [
  { firmware: 'uefi', compression: 'lz4' },
  { firmware: 'uefi', compression: 'gzip' },
  { firmware: 'bios', compression: 'lz4' },
] as const;
const chosen = process.env['ISOPRESS_KIWI'] === 'all' ? cases : cases.slice(0, 1);

/** The description of the demo with these attributes of the type. */
function description(firmware: string, compression: string): string {
  const directory = join(scratch, `${firmware}-${compression}`);
  mkdirSync(directory, { recursive: true });
  const text = readFileSync('fixtures/debian-live/config.xml', 'utf8');
  const changed = text
    .replace(/ firmware="\w+"/, ` firmware="${firmware}"`)
    .replace(/ squashfscompression="\w+"/, ` squashfscompression="${compression}"`);
  writeFileSync(join(directory, 'config.xml'), changed);
  return directory;
}

describe.each(chosen)('firmware $firmware, $compression', ({ firmware, compression }) => {
  let differences: Promise<Difference[]> | undefined;
  const known = KNOWN_DIFFERENCES.filter(
    (one) => (one.firmware ?? firmware) === firmware && (one.compression ?? compression) === compression,
  );
  const judged = kernelOracle('kiwi-ng', 'xorriso', 'sfdisk', 'mcopy', 'unsquashfs', 'dumpe2fs', 'getfattr', 'cpio');

  async function compare(): Promise<Difference[]> {
    const given = description(firmware, compression);
    const work = (name: string) => join(scratch, `${firmware}-${compression}-${name}`);
    const theirs = gatherFacts(await kiwiIso(root!, given), work('kiwi'));
    const ours = gatherFacts(await isopressIso(root!, given, work('target')), work('isopress'));
    expect(Object.keys(theirs).sort()).toEqual([...ASPECTS].sort());
    return compareFacts(theirs, ours);
  }

  for (const aspect of ASPECTS) {
    judged(
      `${aspect} as KIWI's, but for what is listed`,
      async ({ skip }) => {
        if (root === undefined) return skip('there is no Debian root tree');
        differences ??= compare();
        const lines = (await differences).filter((one) => one.aspect === aspect).map(shown);
        const patterns = known.flatMap((one) => one.patterns);
        expect(lines.filter((line) => !patterns.some((pattern) => pattern.test(line)))).toEqual([]);
      },
      SECONDS * 1000,
    );
  }

  judged('nothing is listed that is not there', async ({ skip }) => {
    if (!differences) return skip('nothing was compared');
    const lines = (await differences).map(shown);
    const patterns = known.flatMap((one) => one.patterns);
    expect(patterns.filter((pattern) => !lines.some((line) => pattern.test(line)))).toEqual([]);
  });
});

test('the documentation has the same list', () => {
  const text = readFileSync('docs/kiwi-differences.md', 'utf8');
  const titles = [...text.matchAll(/^### (.*)$/gm)].map((match) => match[1]);
  expect(titles.sort()).toEqual(KNOWN_DIFFERENCES.map(({ title }) => title).sort());
});
