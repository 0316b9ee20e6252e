// UDF × readers that nobody of us wrote: 7-Zip, udfinfo and GRUB; and the partition tools on a bridge disc.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect } from 'vitest';
import { fromText } from '../../src/bytes/text.js';
import { type DiscOptions, planDisc } from '../../src/disc/index.js';
import { inspectImage } from '../../src/image/index.js';
import { type Content, isExact, quietRun } from '../../src/io/content.js';
import { openFileSource } from '../../src/io/file.js';
import { bytesSource, collect } from '../../src/io/memory.js';
import { walk } from '../../src/tree/walk.js';
import { EPOCH, liveOptions, mediaTree, openContent, writeDisc } from '../support/discs.js';
import { judge, oracle } from '../support/oracle.js';
import { scratchDirectory } from '../support/scratch.js';
import { noise } from '../support/trees.js';

const scratch = scratchDirectory();
const REVISIONS = ['1.02', '1.50', '2.01', '2.60'] as const;
const payload = noise(1_000_000, 7);

const facts = (image: string) =>
  Object.fromEntries(
    judge('udfinfo', [image])
      .stdout.split('\n')
      .filter((line) => !line.startsWith('start='))
      .map((line) => line.split('=') as [string, string]),
  );

describe.each(REVISIONS)('revision %s', (udf) => {
  const plain = mediaTree();

  oracle('7z')('7-Zip opens a bridge disc of a tree with links and devices, and no UDF that has one', async () => {
    const list = async (options: Partial<DiscOptions>) => {
      const path = await writeDisc(
        planDisc(plain, { epoch: EPOCH, seed: 's', udf, ...options }),
        join(scratch, `list-${udf}.iso`),
      );
      return judge('7z', ['l', '-tudf', path]);
    };
    const { stdout, status } = await list({});
    expect(status).toBe(0);
    expect(stdout).toContain('links/first');
    expect(stdout).not.toContain('links/up');
    expect((await list({ udfSpecialFiles: true })).status).not.toBe(0);
  });

  oracle('7z')('7-Zip extracts every byte', async () => {
    const image = await writeDisc(planDisc(plain, { epoch: EPOCH, seed: 's', udf }), join(scratch, `7z-${udf}.iso`));
    const out = join(scratch, `out-${udf}`);
    mkdirSync(out);
    const { status, stdout } = judge('7z', ['x', '-tudf', `-o${out}`, image]);
    expect(stdout).toContain('Everything is Ok');
    expect(stdout).not.toMatch(/warning|error/i);
    expect(status).toBe(0);
    let compared = 0;
    for (const { node, path } of walk(plain)) {
      // Names that are not UTF-8 or end in a blank or contain a wildcard are renamed by either side.
      if (node.kind !== 'file' || /[^ -~]|[*?;]/.test(path)) continue;
      expect(isExact(node.content)).toBe(true);
      const bytes = await collect(node.content, quietRun());
      expect(Buffer.compare(readFileSync(join(out, path)), bytes), path).toBe(0);
      compared++;
    }
    expect(compared).toBeGreaterThan(10);
  });

  oracle('udfinfo')('udfinfo finds the volume, its anchors and its counts', async () => {
    const options = { epoch: EPOCH, seed: 's', udf, volumeId: 'A_Label' };
    const image = await writeDisc(planDisc(mediaTree(), options), join(scratch, `info-${udf}.iso`));
    const { stdout, stderr } = judge('udfinfo', [image]);
    expect(stderr).toBe('');
    expect(facts(image)).toMatchObject({
      label: 'A_Label',
      vid: 'A_Label',
      blocksize: '2048',
      behindblocks: '0',
      numfiles: '16',
      numdirs: '22',
      udfrev: udf === '2.60' ? '2.50' : udf,
      udfwriterev: udf,
      integrity: 'closed',
      accesstype: 'readonly',
    });
    expect(facts(image)['uuid']).toMatch(/^[0-9a-f]{16}$/);
    expect(stdout.match(/type=ANCHOR/g)).toHaveLength(2);
  });
});

const esp = bytesSource(noise(1_000_000, 5));

describe('on a live disc', () => {
  const open = () => mediaTree(openContent(payload, 700_000_000_000));

  oracle('udfinfo', 'sgdisk')('the second anchor leaves the backup GPT alone', async () => {
    const image = await writeDisc(
      planDisc(open(), { ...liveOptions('gpt', esp), udf: '1.02' }),
      join(scratch, 'gpt.iso'),
    );
    const { stdout } = judge('udfinfo', [image]);
    const blocks = Number(/^blocks=(\d+)/m.exec(stdout)![1]);
    expect(stdout).toContain('start=256, blocks=1, type=ANCHOR');
    expect(stdout).toContain(`start=${blocks - 1 - 256}, blocks=1, type=ANCHOR`);
    expect(judge('sgdisk', ['-v', image]).stdout).toContain('No problems found');
  });

  oracle('xorriso')('ISO 9660 is untouched beside it', async () => {
    const image = await writeDisc(
      planDisc(open(), { ...liveOptions('mbr', esp), udf: '1.02' }),
      join(scratch, 'mbr.iso'),
    );
    const { stderr, status } = judge('xorriso', ['-indev', image, '-report_el_torito', 'plain', '-find', '/']);
    expect(stderr).not.toMatch(/WARNING|SORRY|FAILURE|FATAL/);
    expect(status).toBe(0);
  });
});

describe('UDF above a size', () => {
  const limit = 1_500_000;
  const press = (name: string, content: Content) => {
    const options: DiscOptions = { ...liveOptions('gpt', esp), udf: '1.02', udfAbove: limit };
    return writeDisc(planDisc(mediaTree(content), options), join(scratch, name));
  };
  const isUdf = (image: string) => judge('udfinfo', [image]).status === 0;

  oracle(
    'udfinfo',
    '7z',
    'xorriso',
    'sgdisk',
  )('depends on what open files come to', async () => {
    const small = await press('above-small.iso', openContent(noise(200_000, 3), 6e9));
    const large = await press('above-large.iso', openContent(noise(2_000_000, 3), 6e9));
    expect([small, large].map(isUdf)).toEqual([false, true]);
    expect(await inspected(small)).toEqual(['iso9660', 'iso9660']);
    expect(await inspected(large)).toEqual(['iso9660', 'udf', 'iso9660']);
    for (const image of [small, large]) {
      expect(judge('xorriso', ['-indev', image, '-find', '/']).stderr).not.toMatch(/WARNING|SORRY|FAILURE|FATAL/);
      expect(judge('sgdisk', ['-v', image]).stdout).toContain('No problems found');
    }
    const always = planDisc(mediaTree(openContent(noise(2_000_000, 3), 6e9)), {
      ...liveOptions('gpt', esp),
      udf: '1.02',
    });
    const certain = await writeDisc(always, join(scratch, 'always.iso'));
    expect(judge('cmp', [large, certain])).toMatchObject({ status: 0 });
  });

  oracle('udfinfo')('costs nothing where it is known beforehand', async () => {
    const small = planDisc(mediaTree(bytesSource(noise(200_000, 3))), {
      ...liveOptions('gpt', esp),
      udf: '1.02',
      udfAbove: limit,
    });
    const without = planDisc(mediaTree(bytesSource(noise(200_000, 3))), liveOptions('gpt', esp));
    expect(small.layout).toEqual(without.layout);
    expect(isUdf(await press('above-exact.iso', bytesSource(noise(2_000_000, 3))))).toBe(true);
  });
});

async function inspected(path: string): Promise<string[]> {
  const image = await openFileSource(fromText(path));
  try {
    return (await inspectImage(image)).fileSystems.map(({ kind }) => kind);
  } finally {
    await image.close();
  }
}

describe('UDF alone', () => {
  // GRUB 2.06 knows no metadata partition, so nothing newer than 2.01.
  for (const udf of ['1.02', '1.50', '2.01'] as const) {
    oracle('grub-fstest')(`GRUB reads revision ${udf}`, async () => {
      const options = { epoch: EPOCH, seed: 's', udf, iso9660: false };
      const image = await writeDisc(planDisc(mediaTree(), options), join(scratch, `grub-${udf}.img`));
      const list = judge('grub-fstest', [image, '--', 'ls', '/']).stdout;
      for (const name of ['LiveOS/', 'boot/', 'links/', 'names/']) expect(list).toContain(name);
      const copy = join(scratch, `payload-${udf}`);
      const node = mediaTree().get(fromText('LiveOS/squashfs.img'));
      if (node?.kind !== 'file') throw new Error('the payload is a file');
      writeFileSync(copy, await collect(node.content, quietRun()));
      const compared = judge('grub-fstest', [image, '--', 'cmp', '/LiveOS/squashfs.img', copy]);
      expect(compared.status).toBe(0);
      expect(compared.stdout + compared.stderr).not.toMatch(/error|differ/i);
    });
  }
});
