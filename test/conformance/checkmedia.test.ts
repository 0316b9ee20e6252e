// Tags in images that xorriso made, judged by isomd5sum, and for the SUSE style by dd, sfdisk and the coreutils digests,
// which know nothing of this project.
import { copyFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect } from 'vitest';
import { fromText } from '../../src/bytes/text.js';
import { redHatTagSeal, suseTagSeal, verifyTags } from '../../src/format/checkmedia/index.js';
import { quietRun } from '../../src/io/content.js';
import { openFileSource } from '../../src/io/file.js';
import type { Seal } from '../../src/io/seal.js';
import { isopress, MAIN } from '../support/command.js';
import { judge, oracle } from '../support/oracle.js';
import { recomputedSuseTags } from '../support/recomputed-tags.js';
import { scratchDirectory } from '../support/scratch.js';
import { tagText } from '../support/tagged-images.js';
import { noise } from '../support/trees.js';

const scratch = scratchDirectory();
const run = quietRun();
const IMAGES = ['plain', 'mbr', 'gpt'] as const;

/** The image of that layout, made when first asked for: only tests that found xorriso ask. */
function imageOf(name: string): string {
  const image = join(scratch, `${name}.iso`);
  if (existsSync(image)) return image;
  const tree = join(scratch, 'tree');
  const esp = join(scratch, 'esp.img');
  mkdirSync(join(tree, 'boot'), { recursive: true });
  for (const [i, size] of [100, 40_000, 3_000_000].entries()) writeFileSync(join(tree, `file${i}`), noise(size, i));
  writeFileSync(esp, noise(300 * 1024, 5));
  const appended = ['-partition_offset', '16', '-append_partition', '2', '0xef', esp];
  const layout = { plain: [], mbr: appended, gpt: ['-appended_part_as_gpt', ...appended] }[name] ?? [];
  judge('xorriso', ['-as', 'mkisofs', '-quiet', '-V', 'TAGS', '-o', image, ...layout, tree]);
  return image;
}

/** A copy of an image with a seal on it. */
async function sealed(name: string, seal: Seal): Promise<string> {
  const path = join(scratch, `${name}-sealed.iso`);
  copyFileSync(imageOf(name), path);
  const source = await openFileSource(fromText(path));
  const patches = await seal.seal(source, run);
  await source.close();
  const file = await open(path, 'r+');
  for (const { at, bytes } of patches) await file.write(bytes, 0, bytes.length, at);
  await file.close();
  return path;
}

async function verified(path: string) {
  const source = await openFileSource(fromText(path));
  const verdict = await verifyTags(source, run);
  await source.close();
  return verdict;
}

describe('SUSE style', () => {
  for (const name of IMAGES) {
    for (const [kind, pad] of [
      ['sha256', 0],
      ['md5', 150],
      ['sha512', 7],
    ] as const) {
      oracle(
        'bash',
        'sfdisk',
        'xorriso',
      )(`${name}, ${kind}, pad ${pad}: dd and ${kind}sum agree`, async () => {
        const path = await sealed(name, suseTagSeal({ digests: [kind], pad, check: true }));
        const recomputed = recomputedSuseTags(path, kind, pad);
        expect(recomputed.stderr).toBe('');
        expect(tagText(readFileSync(path))).toBe(recomputed.stdout);
        expect(recomputed.stdout.includes('partition=')).toBe(name !== 'plain');
        expect((await verified(path)).ok).toBe(true);
      });
    }
  }

  oracle('xorriso')('the image stays what it was: xorriso reports the same before and after', async () => {
    const report = (path: string) =>
      judge('xorriso', ['-indev', path, '-report_el_torito', 'plain', '-report_system_area', 'plain', '-pvd_info']);
    const path = await sealed('gpt', suseTagSeal({ digests: ['sha256'] }));
    expect(report(path).stdout.replaceAll(path, '')).toBe(report(imageOf('gpt')).stdout.replaceAll(imageOf('gpt'), ''));
  });
});

describe('Red Hat style', () => {
  for (const name of IMAGES) {
    oracle('implantisomd5', 'xorriso')(`${name}: field by field what implantisomd5 writes`, async () => {
      for (const [supported, options] of [
        [false, []],
        [true, ['--supported-iso']],
      ] as const) {
        const theirs = join(scratch, `${name}-theirs.iso`);
        copyFileSync(imageOf(name), theirs);
        expect(judge('implantisomd5', ['--force', ...options, theirs]).status).toBe(0);
        const ours = await sealed(name, redHatTagSeal({ supported }));
        expect(tagText(readFileSync(ours))).toBe(tagText(readFileSync(theirs)));
        expect(readFileSync(ours).equals(readFileSync(theirs))).toBe(true);
        expect(await verified(theirs)).toMatchObject({ ok: true, style: 'rh' });
      }
    });

    oracle('checkisomd5', 'xorriso')(`${name}: checkisomd5 passes it, and fails a changed byte as we do`, async () => {
      const path = await sealed(name, redHatTagSeal());
      const passed = judge('checkisomd5', ['--verbose', path], { input: '' });
      expect([passed.status, /PASS/.test(passed.stderr)]).toEqual([0, true]);
      const bytes = readFileSync(path);
      bytes[1_500_000]! ^= 1;
      writeFileSync(path, bytes);
      const failed = judge('checkisomd5', ['--verbose', path], { input: '' });
      expect([failed.status, /FAIL/.test(failed.stderr)]).toEqual([1, true]);
      const verdict = await verified(path);
      expect([verdict.ok, verdict.stopped, verdict.digests.map(({ ok }) => ok)]).toEqual([false, true, [false]]);
    });
  }
});

oracle('xorriso')('a tag of one style on an image that carries the other leaves one', async () => {
  const first = await sealed('mbr', redHatTagSeal());
  copyFileSync(first, join(scratch, 'both.iso'));
  const second = await sealed('both', suseTagSeal({ digests: ['sha256'] }));
  expect(await verified(second)).toMatchObject({ ok: true, style: 'suse' });
});

describe('the command', () => {
  const ended = (...args: string[]) => {
    const { status, stdout, stderr } = isopress(args);
    expect(status, stderr).toBe(0);
    return stdout;
  };

  oracle('bash', 'checkisomd5')('seals on the way into a pipe as into a file, in both styles', () => {
    const tree = join(scratch, 'piped');
    mkdirSync(tree, { recursive: true });
    writeFileSync(join(tree, 'file'), noise(5_000_000, 9));
    for (const style of ['suse', 'rh']) {
      const to = (image: string) => ['iso', tree, image, '--media-check', style, '--epoch', '1700000000', '--force'];
      const file = join(scratch, `${style}.iso`);
      const piped = join(scratch, `${style}-piped.iso`);
      ended(...to(file));
      const { status, stderr } = judge('bash', ['-c', '"$@" > "$0"', piped, process.execPath, MAIN, ...to('-')]);
      expect(status, stderr).toBe(0);
      expect(readFileSync(piped).equals(readFileSync(file))).toBe(true);
      ended('check', piped);
      if (style === 'rh') expect(judge('checkisomd5', [piped], { input: '' }).status).toBe(0);
    }
  });

  oracle('xorriso')('places, fills and exports a signature, and takes tags away again', () => {
    const tree = join(scratch, 'signed');
    mkdirSync(tree, { recursive: true });
    writeFileSync(join(tree, 'file'), noise(1_000_000, 9));
    const [image, tags, signature, out] = ['signed.iso', 'tags', 'signature.asc', 'out.asc'].map((name) =>
      join(scratch, name),
    ) as [string, string, string, string];
    const fragments = ['--media-fragments', '20'];
    ended('iso', tree, image, '--media-check', 'suse', '--signature-block', ...fragments, '--force');
    expect(ended('tag', image, '--show')).toMatch(/^signature = \d+$/m);
    ended('tag', image, '--export-tags', tags);
    expect(readFileSync(tags).equals(readFileSync(image).subarray(0x8373, 0x8573))).toBe(true);
    writeFileSync(signature, '-----BEGIN PGP SIGNATURE-----\nnot really one\n-----END PGP SIGNATURE-----\n');
    ended('tag', image, '--import-signature', signature);
    ended('tag', image, '--export-signature', out);
    expect(readFileSync(out).equals(readFileSync(signature))).toBe(true);
    expect(ended('check', image)).toMatch(/iso sha256 ok\nfragments sha256 ok/);
    // The block belongs to no file.
    expect(judge('xorriso', ['-indev', image, '-find', '/']).stdout.trim()).toBe("'/'\n'/file'");
    ended('tag', image, '--clean');
    expect(isopress(['check', image]).status).toBe(5);
    expect(isopress(['tag', image, '--clean', '--show']).status).toBe(2);
  });
});
