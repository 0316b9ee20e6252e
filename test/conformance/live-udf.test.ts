// UDF on a live ISO: on request, and by itself only where the files of the medium take more than 4 GiB. What counts are the
// files as they have been written, not what the root tree could have come to.
import { mkdirSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect } from 'vitest';
import { judge, oracle } from '../support/oracle.js';
import { scratchDirectory } from '../support/scratch.js';
import { type SmallIso, smallIso } from '../support/small-iso.js';
import { hasGrub } from '../support/small-root.js';

const scratch = scratchDirectory();
const iso: SmallIso = hasGrub ? smallIso(scratch) : ({} as SmallIso);

describe.runIf(hasGrub)('UDF beside ISO 9660', () => {
  oracle('udfinfo', '7z')('by option, with the files that ISO 9660 shows', async () => {
    iso.describe('firmware="efi"');
    const { image } = await iso.press({ medium: { udf: 'on' } });
    expect(judge('udfinfo', [image]).stdout).toContain('label=SMALL');
    const sizeIn = (type: string) =>
      /^Path = LiveOS.squashfs\.img\n(?:.*\n)*?Size = (\d+)$/m.exec(list(image, type))?.[1];
    expect(Number(sizeIn('udf'))).toBeGreaterThan(1_000_000);
    expect(sizeIn('udf')).toBe(sizeIn('iso'));
    expect(judge('udfinfo', [(await iso.press()).image]).status).toBe(1);
  });

  oracle('udfinfo', 'xorriso')('not because of holes that compression makes nothing of', async () => {
    iso.describe('firmware="efi"');
    mkdirSync(join(iso.root, 'srv'));
    writeFileSync(join(iso.root, 'srv/holes'), '');
    truncateSync(join(iso.root, 'srv/holes'), 5 * 2 ** 30);
    const { image, rootFileSystemSize } = await iso.press();
    expect(rootFileSystemSize).toBeGreaterThan(4 * 2 ** 30);
    expect(judge('udfinfo', [image]).status).toBe(1);
    const { stderr, status } = judge('xorriso', ['-indev', image, '-find', '/']);
    expect(stderr).not.toMatch(/WARNING|SORRY|FAILURE|FATAL/);
    expect(status).toBe(0);
  });
});

const list = (image: string, type: string) => judge('7z', ['l', '-ba', '-slt', `-t${type}`, image]).stdout;
