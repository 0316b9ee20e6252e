// Texts in manifests and pseudo definitions, as the programs read them whose spelling they follow.
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { fromText } from '../../src/bytes/text.js';
import { timestamp } from '../../src/bytes/time.js';
import { machineOwners } from '../../src/cli/owner-names.js';
import { InvalidInputError } from '../../src/errors.js';
import { bytesSource } from '../../src/io/memory.js';
import { FileTree } from '../../src/tree/file-tree.js';
import {
  applyManifest,
  type ManifestEntry,
  readManifest,
  readPseudoDefinitions,
} from '../../src/tree/manifest/index.js';
import { directory, file } from '../../src/tree/node.js';
import { judge, kernelOracle } from '../support/oracle.js';
import fc, { runs } from '../support/random.js';
import { scratchDirectory } from '../support/scratch.js';
import { describeDirectory, describeTree } from '../support/trees.js';

const scratch = scratchDirectory();

const laidOver = (tree: FileTree, entries: readonly ManifestEntry[]) =>
  applyManifest(tree, entries, {
    mtime: timestamp(5),
    open: () => {
      throw new Error('no file of this machine is named');
    },
  });

kernelOracle('setfattr', 'getfattr')('values of attributes in manifests, as setfattr reads them', () => {
  const path = join(scratch, 'attributed');
  writeFileSync(path, '');
  const value = fc
    .tuple(
      fc.constantFrom('', '', '0x', '0X', '0s', '0t', '0'),
      fc.array(
        fc.constantFrom('\\', '\\\\', '0', '1', '7', '8', '00', '000', 'a', 'b', 'F', '=', '%', 'é', '\\101', '\\000'),
        {
          maxLength: 6,
        },
      ),
      fc.boolean(),
    )
    .map(([prefix, parts, isQuoted]) => (isQuoted ? `"${prefix}${parts.join('')}"` : prefix + parts.join('')))
    // A quotation mark after a backslash, and a backslash before the end of the line, are for the manifest.
    .filter((text) => !/\\("|$)/.test(text.replaceAll('\\\\', '')))
    // Digits are digits; an escape among them is for the manifest too.
    .filter((text) => !/^0[xs](?:.*\\|$)/i.test(text));
  fc.assert(
    fc.property(value, (text) => {
      const set = judge('setfattr', ['-n', 'user.v', '-v', text, path]).status === 0;
      const theirs = set && judge('getfattr', ['--absolute-names', '-n', 'user.v', '--only-values', path]).stdout;
      const read = () => readManifest(fromText(`set / xattr.user.v=${text}`), 'm')[0]!.xattrs[0]!.value;
      if (theirs === false) expect(read).toThrow(InvalidInputError);
      else expect(Buffer.from(read()).toString('latin1')).toBe(theirs);
    }),
    { numRuns: runs(300) },
  );
});

const names = fc.constantFrom('a', 'a b', 'a"b', 'a\\b', "a'b", 'é', '#a', 'a#', '-', '$x', 'a=b', '[x]', ' a', 'a\tb');
/** A name as one element: quoted, with backslashes, or with as little as it takes. */
const spelled = (name: string) =>
  fc.constantFrom(
    `"${name.replace(/["\\]/g, '\\$&')}"`,
    name.replace(/[\s\S]/g, '\\$&'),
    name.replace(/["\\\s]/g, '\\$&').replace(/^#/, '\\#'),
  );
const owner = (...known: string[]) => fc.constantFrom('0', '1', '+7', '010', '65534', ...known);
const shared = fc
  .tuple(
    fc.constantFrom('755', '0644', '4711', '+600', '0'),
    owner('root', 'daemon', 'games'),
    owner('root', 'daemon', 'disk'),
  )
  .map((parts) => parts.join('  '));
const tails = fc.constantFrom('', ' ', '\t ');
const targets = fc.constantFrom('t', 'a b', '"a b"', 'a\\ b', "'x'", '../x/', 'a  b ', 'é', '$HOME', 'a\\');
const bodies = fc.oneof(
  shared.map((words) => `d ${words}`),
  fc.tuple(shared, targets).map(([words, target]) => `s ${words}  ${target}`),
  fc.tuple(shared, fc.constantFrom('f', 's')).map(([words, kind]) => `i ${words} ${kind}`),
  fc
    .tuple(shared, fc.constantFrom('b', 'c'), fc.nat(4095), fc.nat(1_048_575))
    .map(([w, k, a, b]) => `${k} ${w} ${a} ${b}`),
  fc.tuple(shared, fc.nat(2_000_000_000)).map(([words, time]) => `D ${time} ${words}`),
);
const definition = fc
  .tuple(names.chain(spelled), bodies, tails)
  .map(([name, body, tail]) => `${name} ${body}${/^[sS] /.test(body) ? '' : tail}`);

kernelOracle('mksquashfs', 'unsquashfs')('pseudo definitions, as mksquashfs reads them', async () => {
  const source = join(scratch, 'source');
  const [image, list, unpacked] = [join(scratch, 'image'), join(scratch, 'list'), join(scratch, 'unpacked')];
  mkdirSync(source);
  writeFileSync(join(source, 'file'), '');
  await fc.assert(
    fc.asyncProperty(definition, async (line) => {
      const text = `# a comment\n\n${line}\n`;
      writeFileSync(list, text);
      const options = ['-quiet', '-no-progress', '-noappend', '-all-time', '5', '-pf', list];
      expect(judge('mksquashfs', [source, image, ...options])).toMatchObject({ status: 0 });
      rmSync(unpacked, { recursive: true, force: true });
      expect(judge('unsquashfs', ['-q', '-n', '-d', unpacked, image])).toMatchObject({ status: 0 });
      const given = new FileTree(directory({}, [[fromText('file'), file(bytesSource(new Uint8Array()))]]));
      const ours = await describeTree(laidOver(given, readPseudoDefinitions(fromText(text), 'p', machineOwners())));
      const theirs = describeDirectory(unpacked);
      for (const facts of [ours, theirs]) {
        facts.delete('');
        facts.delete('file');
        // -all-time is for everything; on Linux, links have no mode.
        for (const one of facts.values())
          Object.assign(one, { mtime: undefined, mode: one.kind === 'symlink' ? 0 : one.mode });
      }
      expect(ours).toEqual(theirs);
    }),
    { numRuns: runs(60) },
  );
});
