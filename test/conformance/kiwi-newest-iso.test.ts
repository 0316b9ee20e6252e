// The same Debian root tree and description through KIWI 11.1.6 and through isopress by the rules of kiwi-11: the two ISOs and
// the files next to them differ only as listed. KIWI takes minutes, so this runs with ISOPRESS_KIWI=all.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { presentDebianRoot } from '../support/debian-root.js';
import { isopressIso, kiwiIso } from '../support/kiwi/build.js';
import { compareFacts, type Difference, gatherFacts, shown } from '../support/kiwi/facts.js';
import { COMMON_WITH_9, ONLY_OF_11 } from '../support/kiwi/known-differences-11.js';
import { installedKiwi } from '../support/kiwi/release.js';
import { kernelOracle } from '../support/oracle.js';
import { scratchDirectory } from '../support/scratch.js';

const scratch = scratchDirectory();
const root = presentDebianRoot();
const SECONDS = 1500;

/** The description of the demo in the words of the newest schema, packed quickly. */
function description(): string {
  const directory = join(scratch, 'description');
  mkdirSync(directory, { recursive: true });
  const text = readFileSync('fixtures/debian-live/config.xml', 'utf8')
    .replace(/schemaversion="[^"]*"/, 'schemaversion="8.5"')
    .replace(/ squashfscompression="\w+"/, ' squashfscompression="lz4"');
  writeFileSync(join(directory, 'config.xml'), text);
  return directory;
}

describe.runIf(process.env['ISOPRESS_KIWI'] === 'all')('beside KIWI 11.1.6', () => {
  const judged = kernelOracle('pip3', 'xorriso', 'sfdisk', 'mcopy', 'unsquashfs', 'dumpe2fs', 'getfattr', 'cpio');

  judged(
    'all is as KIWI has it, but for what is listed, and nothing is listed that is not there',
    async ({ skip }) => {
      if (root === undefined) return skip('there is no Debian root tree');
      const given = description();
      const theirs = gatherFacts(await kiwiIso(root, given, await installedKiwi('11.1.6')), join(scratch, 'kiwi'));
      const target = join(scratch, 'target');
      const ours = gatherFacts(await isopressIso(root, given, target, 'kiwi-11'), join(scratch, 'isopress'));
      const lines = compareFacts(theirs, ours).map((one: Difference) => shown(one));
      const known = [...COMMON_WITH_9, ...ONLY_OF_11].flatMap((one) => one.patterns);
      expect(lines.filter((line) => !known.some((pattern) => pattern.test(line)))).toEqual([]);
      const own = ONLY_OF_11.flatMap((one) => one.patterns);
      expect(own.filter((pattern) => !lines.some((line) => pattern.test(line)))).toEqual([]);
    },
    SECONDS * 1000,
  );
});

test('the documentation has the same list', () => {
  const text = readFileSync('docs/kiwi-differences.md', 'utf8');
  const section = text.slice(text.indexOf('## Beside KIWI 11.1.6'));
  const titles = [...section.matchAll(/^- \*\*(.*)\.\*\*/gm)].map((match) => match[1]);
  expect(titles).toEqual(ONLY_OF_11.map(({ title }) => title));
});
