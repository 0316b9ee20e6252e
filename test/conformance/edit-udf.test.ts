// isopress edit on discs with a UDF view: 7-Zip and udfinfo see there what others see in ISO 9660, and what is not changed stays in place.
import { cpSync, linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect } from 'vitest';
import { isopress } from '../support/command.js';
import { judge, oracle } from '../support/oracle.js';
import { scratchDirectory } from '../support/scratch.js';
import { noise } from '../support/trees.js';

const scratch = scratchDirectory();
const at = (name: string) => join(scratch, name);
const REPLACED = 'pool/A package with a long name 7.deb';
const UNICODE = `näw Ω ${'x'.repeat(90)}`;

function put(path: string, bytes: string | Uint8Array) {
  mkdirSync(join(at(path), '..'), { recursive: true });
  writeFileSync(at(path), bytes);
}

beforeAll(() => {
  for (let i = 0; i < 60; i++) put(`tree/pool/A package with a long name ${i}.deb`, `package ${i}\n`);
  put('tree/deep/a/b/c/d/ü Ω', 'deep\n');
  put('tree/boot/big', noise(300_001, 1));
  put('tree/boot/img', noise(2048, 2));
  put('tree/empty', '');
  linkSync(at('tree/boot/big'), at('tree/boot/link'));
  put('few/seed/user-data', '#cloud-config\n');
  put(`few/seed/${UNICODE}`, noise(100_000, 3));
  linkSync(at('few/seed/user-data'), at('few/seed/again'));
  mkdirSync(at('few/seed/empty directory'));
  for (let i = 0; i < 100; i++) put(`many/pool/added ${i} with a long name.deb`, `added ${i}\n`);
  put('grown', noise(9000, 4));
  put('small', 'small\n');
});

const EDITS = {
  few: ['--add', 'few', '--replace', 'small:/boot/link', '--remove', '/deep'],
  many: ['--add', 'few', '--add', 'many', '--replace', `grown:/${REPLACED}`, '--remove', '/deep'],
} as const;

/** The files that an edited disc has. */
function wanted(edit: keyof typeof EDITS): string {
  const tree = at(`wanted-${edit}`);
  rmSync(tree, { recursive: true, force: true });
  const copy = (from: string) => cpSync(at(from), tree, { recursive: true });
  for (const from of edit === 'few' ? ['tree', 'few'] : ['tree', 'few', 'many']) copy(from);
  rmSync(join(tree, 'deep'), { recursive: true });
  if (edit === 'few') {
    rmSync(join(tree, 'boot/link'));
    writeFileSync(join(tree, 'boot/link'), 'small\n');
  } else writeFileSync(join(tree, REPLACED), readFileSync(at('grown')));
  return tree;
}

function run(tool: string, ...args: string[]): string {
  const { status, stdout, stderr } = judge(tool, args, { cwd: scratch });
  expect(status, `${tool} ${args.join(' ')}\n${stdout}${stderr}`).toBe(0);
  return stdout;
}

function edit(image: string, output: string, ...options: string[]): string {
  const words = ['edit', image, output, '--force', '--quiet', ...options];
  const { status, stderr } = isopress(words, { cwd: scratch });
  expect(status, stderr).toBe(0);
  return stderr;
}

/** The difference between a tree and what a tool extracts into a new directory. */
function difference(tree: string, extract: (into: string) => string[]): string {
  const out = at('out');
  judge('chmod', ['-R', 'u+w', out]);
  rmSync(out, { recursive: true, force: true });
  mkdirSync(out);
  const [tool, ...args] = extract(out);
  run(tool!, ...args);
  return judge('diff', ['-r', '-x', 'boot.cat', tree, out]).stdout;
}

const inUdf = (image: string) => (into: string) => ['7z', 'x', '-tudf', '-y', `-o${into}`, image];
const inIso = (image: string) => (into: string) => ['bsdtar', '-xf', image, '-C', into];

const BOOT = ['-b', 'boot/img', '-no-emul-boot', '-boot-load-size', '4', '-c', 'boot.cat'];
const MAKERS = {
  genisoimage: ['genisoimage', '-quiet', '-udf', '-R', '-J', '-joliet-long', '-l', ...BOOT],
  /** As Windows installers are: ISO 9660 shows nothing, and UDF everything. */
  windows: ['genisoimage', '-quiet', '-udf', '-l', '-hide', '*'],
} as const;

const pressed = (name: keyof typeof MAKERS) => {
  const image = at(`${name}.iso`);
  run(MAKERS[name][0], ...MAKERS[name].slice(1), '-V', 'OLD', '-o', image, at('tree'));
  return image;
};

const own = (revision: string, ...options: string[]) => {
  const image = at(`${revision}.iso`);
  const words = ['iso', at('tree'), image, '--udf', revision, '--volume-id', 'OLD', '--quiet', '--loss', 'ignore'];
  expect(isopress([...words, ...options]).status).toBe(0);
  return image;
};

const DISCS: Readonly<Record<string, () => string>> = {
  genisoimage: () => pressed('genisoimage'),
  windows: () => pressed('windows'),
  'own, UDF 1.02': () => own('1.02', '--force'),
  'own, UDF 2.01': () => own('2.01', '--joliet', '--force'),
};

describe('UDF shows what an edit changes', () => {
  for (const [name, press] of Object.entries(DISCS)) {
    oracle(
      'genisoimage',
      '7z',
      'bsdtar',
      'udfinfo',
    )(name, () => {
      const image = press();
      const edited = at('edited.iso');
      for (const changes of ['few', 'many'] as const) {
        edit(image, edited, ...EDITS[changes], '--volume-id', 'NEW', '--loss', 'ignore');
        expect(difference(wanted(changes), inUdf(edited)), changes).toBe('');
        if (name !== 'windows') expect(difference(wanted(changes), inIso(edited)), changes).toBe('');
        const info = run('udfinfo', edited);
        expect(info).toMatch(/^label=NEW$/m);
        expect(info).toMatch(/^vid=NEW$/m);
        const { stdout: checked } = isopress(['verify', edited, '--json']);
        expect(JSON.parse(checked)).toMatchObject({ images: [{ findings: [] }] });
      }
      // Added entries are entries of the disc: they can be removed and replaced again.
      edit(edited, at('again.iso'), '--remove', '/seed', '--remove', '/pool/added*', '--replace', `small:/${REPLACED}`);
      const tree = wanted('many');
      rmSync(join(tree, 'seed'), { recursive: true });
      run('sh', '-c', `rm ${tree}/pool/added*`);
      writeFileSync(join(tree, REPLACED), 'small\n');
      expect(difference(tree, inUdf(at('again.iso')))).toBe('');
    });
  }
});

oracle(
  'genisoimage',
  '7z',
  'bsdtar',
)('files that one view hides are edited in the other one', () => {
  const image = own(
    '1.02',
    '--hide-iso',
    '/boot/big',
    '--hide-joliet',
    '/boot/big',
    '--hide-udf',
    '/boot/img',
    '--force',
  );
  const output = edit(image, at('edited.iso'), '--replace', 'small:/boot/big', '--replace', 'small:/boot/img');
  expect(output).toBe('');
  const listed = (type: string) => run('7z', 'l', '-slt', type, at('edited.iso'));
  const sizes = (type: string) =>
    ['big', 'img', 'link'].map(
      (name) => new RegExp(`Path = boot/${name}\n(?:Folder.*\n)?Size = (\\d+)`).exec(listed(type))?.[1],
    );
  expect(sizes('-tudf')).toEqual(['6', undefined, '300001']);
  expect(sizes('-tiso')).toEqual([undefined, '6', '300001']);
});

oracle('genisoimage', '7z')('what is not changed stays in its blocks', () => {
  const image = pressed('genisoimage');
  edit(image, at('edited.iso'), '--replace', `small:/${REPLACED}`, '--remove', '/deep');
  const [before, after] = [readFileSync(image), readFileSync(at('edited.iso'))];
  expect(after.length).toBe(before.length);
  const blocks = Array.from({ length: before.length / 2048 }, (_, i) => i);
  const changed = blocks.filter((i) => before.compare(after, i * 2048, (i + 1) * 2048, i * 2048, (i + 1) * 2048) !== 0);
  // Descriptors and path tables; of each of three views the root, one directory and five removed ones; eight entries; two files.
  expect(changed.length).toBeLessThan(48);
  expect(difference(readAgain(), inUdf(at('edited.iso')))).toBe('');
});

/** The tree with one file replaced and without /deep. */
function readAgain(): string {
  const tree = at('once');
  cpSync(at('tree'), tree, { recursive: true });
  rmSync(join(tree, 'deep'), { recursive: true });
  writeFileSync(join(tree, REPLACED), 'small\n');
  return tree;
}

oracle('genisoimage', 'udfinfo')('the same edit gives the same bytes', () => {
  const image = pressed('genisoimage');
  for (const name of ['one', 'two']) edit(image, at(name), ...EDITS.many);
  expect(Buffer.compare(readFileSync(at('one')), readFileSync(at('two')))).toBe(0);
});

oracle(
  'genisoimage',
  '7z',
  'udfinfo',
)('anchors that are repeated up to the end of the disc move with it, also if one is at a fixed block', () => {
  put('short/pool/file', noise(300_000, 5));
  put('short/note', 'note\n');
  run('genisoimage', '-quiet', '-udf', '-R', '-o', at('short.iso'), at('short'));
  const isAnchor = (bytes: Buffer, block: number) => bytes.readUInt16LE(block * 2048) === 2;
  const before = readFileSync(at('short.iso'));
  // Only so is the fixed block among them.
  expect([510, 511, 512, 513, before.length / 2048 - 1].map((block) => isAnchor(before, block))).toEqual(
    Array.from({ length: 5 }, () => true),
  );
  edit(at('short.iso'), at('edited.iso'), '--add', 'many');
  run('udfinfo', at('edited.iso'));
  cpSync(at('short'), at('short-and-many'), { recursive: true });
  cpSync(at('many'), at('short-and-many'), { recursive: true });
  expect(difference(at('short-and-many'), inUdf(at('edited.iso')))).toBe('');
  expect(difference(at('short-and-many'), inIso(at('edited.iso')))).toBe('');
});
