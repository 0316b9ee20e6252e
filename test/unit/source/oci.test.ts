// Container images: what layers make of each other, and images that are damaged or hostile.
import { appendFileSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { fromText } from '../../../src/bytes/text.js';
import { quietRun } from '../../../src/io/content.js';
import { containerReference, scanContainer } from '../../../src/source/oci/scan.js';
import { LossLog } from '../../../src/tree/index.js';
import { walk } from '../../../src/tree/walk.js';
import { digestOf, type GivenImage, OCI, OciLayout } from '../../support/oci-layout.js';
import { read, shown } from '../../support/oci-read.js';
import { scratchDirectory } from '../../support/scratch.js';
import { archive, type Given, record } from '../../support/tar-archive.js';

const scratch = scratchDirectory();
let made = 0;
const fresh = () => join(scratch, `layout${++made}`);

function layout(image: GivenImage): string {
  const made = new OciLayout(fresh());
  made.list(made.image(image));
  return made.directory;
}

const layers = (...all: readonly (readonly Given[])[]) =>
  read(`oci:${layout({ layers: all.map((entries) => archive(...entries)) })}`);

const dir = (name: string): Given => ({ name, type: '5' });
const file = (name: string, data: string): Given => ({ name, data });
const link = (name: string, target: string): Given => ({ name, type: '2', link: target });
const hard = (name: string, target: string): Given => ({ name, type: '1', link: target });

describe('layers', () => {
  const lower = [dir('d'), file('d/old', '1'), file('d/both', '1'), dir('d/sub'), file('d/sub/x', '1'), file('f', '1')];

  test.each<[string, readonly Given[], readonly string[]]>([
    ['a whiteout removes a file', [file('d/.wh.old', '')], ['d/', 'd/both=1', 'd/sub/', 'd/sub/x=1', 'f=1']],
    ['a whiteout removes a directory', [file('.wh.d', '')], ['f=1']],
    [
      'a whiteout of nothing',
      [file('.wh.z', ''), file('z/.wh.y', '')],
      ['d/', 'd/both=1', 'd/old=1', 'd/sub/', 'd/sub/x=1', 'f=1'],
    ],
    ['a whiteout before its replacement', [file('.wh.d', ''), dir('d'), file('d/new', '2')], ['d/', 'd/new=2', 'f=1']],
    ['a whiteout after its replacement', [dir('d'), file('d/new', '2'), file('.wh.d', '')], ['d/', 'd/new=2', 'f=1']],
    [
      'an opaque directory, first',
      [dir('d'), file('d/.wh..wh..opq', ''), file('d/new', '2')],
      ['d/', 'd/new=2', 'f=1'],
    ],
    ['an opaque directory, last', [dir('d'), file('d/new', '2'), file('d/.wh..wh..opq', '')], ['d/', 'd/new=2', 'f=1']],
    [
      'opaque above a kept directory',
      [file('d/sub/new', '2'), file('d/.wh..wh..opq', '')],
      ['d/', 'd/sub/', 'd/sub/new=2', 'f=1'],
    ],
    ['an opaque root', [file('.wh..wh..opq', ''), file('new', '2')], ['new=2']],
    ['a file in place of a directory', [file('d', '2')], ['d=2', 'f=1']],
    [
      'a directory in place of a file',
      [dir('f'), file('f/in', '2')],
      ['d/', 'd/both=1', 'd/old=1', 'd/sub/', 'd/sub/x=1', 'f/', 'f/in=2'],
    ],
    [
      'files of AUFS',
      [dir('.wh..wh.plnk'), file('.wh..wh.plnk/1.2', 'x'), file('.wh..wh.aufs', '')],
      ['d/', 'd/both=1', 'd/old=1', 'd/sub/', 'd/sub/x=1', 'f=1'],
    ],
  ])('%s', async (_, upper, expected) => {
    expect(await shown(await layers(lower, upper))).toEqual(expected);
  });

  test('a hard link leads to a file of a lower layer, and keeps it when its name is replaced', async () => {
    const tree = await layers([file('a', '1')], [hard('b', 'a')], [file('a', '3')]);
    expect(await shown(tree)).toEqual(['a=3', 'b=1']);
  });

  test.each<[string, string]>([
    ['absolute', '/run'],
    ['relative', '../run'],
    ['above the root', '../../../../run'],
  ])('a path through a link of a lower layer stays in the root: %s', async (_, target) => {
    const tree = await layers(
      [dir('run'), dir('var'), link('var/run', target)],
      [file('var/run/pid', '2'), file('var/run/.wh.none', '')],
    );
    expect(await shown(tree)).toEqual(['run/', 'run/pid=2', 'var/', `var/run -> ${target}`]);
  });
});

describe('hostile layers', () => {
  const long = (name: string, part: string): Given[] => [
    { name: 'x', type: 'K', data: Array.from({ length: 120 }, () => part).join('/') },
    link(name, 'cut'),
  ];
  test.each<[string, string, readonly Given[]]>([
    ['a path with ..', 'tar.escape', [file('../x', '1')]],
    ['a hard link with ..', 'tar.escape', [hard('x', '../../etc/shadow')]],
    ['a hard link to what only the host has', 'tar.link', [link('l', '/etc'), hard('x', 'l/passwd')]],
    ['a loop of links', 'tar.through-link', [link('a', 'b'), link('b', 'a'), file('a/x', '1')]],
    ['a path through a file', 'tar.through-link', [file('a', '1'), file('a/x', '1')]],
    ['a whiteout of nothing', 'oci.whiteout', [file('d/.wh.', '')]],
    ['a whiteout of the directory', 'oci.whiteout', [file('d/.wh..', '')]],
    ['a whiteout of the parent', 'oci.whiteout', [file('d/.wh...', '')]],
    [
      'links that lead deeper and deeper',
      'tar.path',
      [...long('l', 'a'), ...long('l/l', 'b'), ...long('l/l/l', 'c'), file('l/l/l/x', '1')],
    ],
  ])('%s', async (_, code, entries) => {
    await expect(layers([], entries)).rejects.toMatchObject({ code });
  });

  test('layers that unpack to more than the limit', async () => {
    const bomb = { archive: Buffer.alloc(40 << 20), compression: 'gzip' } as const;
    const directory = layout({ layers: [bomb] });
    await expect(read(`oci:${directory}`, { limit: 8 << 20 })).rejects.toMatchObject({ code: 'compress.too-large' });
  });

  test('sizes beyond every disk', async () => {
    const one = new OciLayout(fresh());
    one.list({ ...one.image({ layers: [] }), size: 2 ** 63 });
    await expect(read(`oci:${one.directory}`)).rejects.toMatchObject({ code: 'oci.document' });
  });

  test('a layer a thousand times is unpacked once, and more are refused', async () => {
    const layer = { archive: archive(file('a', 'x'.repeat(1 << 14))), compression: 'gzip' } as const;
    const many = (count: number) => layout({ layers: Array.from({ length: count }, () => layer) });
    expect(await shown(await read(`oci:${many(30)}`, { limit: 1 << 16 }))).toHaveLength(1);
    await expect(read(`oci:${many(1001)}`)).rejects.toMatchObject({ code: 'oci.layers' });
  });
});

describe('damaged images', () => {
  const blobOf = (directory: string, digest: string) => join(directory, 'blobs', digest.replace(':', '/'));
  const layer = archive(file('a', 'x'));

  test.each(['none', 'gzip', 'zstd'] as const)('a changed layer: %s', async (compression) => {
    const directory = layout({ layers: [compression === 'none' ? layer : { archive: layer, compression }] });
    const manifest = JSON.parse(readFileSync(join(directory, 'index.json'), 'utf8')).manifests[0].digest;
    const { digest } = JSON.parse(readFileSync(blobOf(directory, manifest), 'utf8')).layers[0];
    const bytes = readFileSync(blobOf(directory, digest));
    // In the data of the file: the archive stays sound.
    const at = compression === 'none' ? 512 : bytes.length - 6;
    bytes[at] = bytes[at]! ^ 1;
    writeFileSync(blobOf(directory, digest), bytes);
    await expect(read(`oci:${directory}`)).rejects.toMatchObject({
      code: expect.stringMatching(/^(oci\.digest-mismatch|compress\.damaged)$/),
    });
    truncateSync(blobOf(directory, digest), bytes.length - 1);
    await expect(read(`oci:${directory}`)).rejects.toMatchObject({ code: 'oci.size' });
    rmSync(blobOf(directory, digest));
    await expect(read(`oci:${directory}`)).rejects.toMatchObject({ code: 'oci.missing' });
  });

  test('a layer that is not the one of the configuration', async () => {
    const directory = layout({ layers: [{ archive: layer, compression: 'gzip' }], diffIds: [digestOf(archive())] });
    await expect(read(`oci:${directory}`)).rejects.toMatchObject({ code: 'oci.digest-mismatch' });
  });

  test('a changed manifest', async () => {
    const one = new OciLayout(fresh());
    const entry = one.image({ layers: [layer] });
    one.list({ ...entry, size: entry.size + 1 });
    appendFileSync(blobOf(one.directory, entry.digest), ' ');
    await expect(read(`oci:${one.directory}`)).rejects.toMatchObject({ code: 'oci.digest-mismatch' });
  });

  test.each<[string, string, (one: OciLayout) => void]>([
    ['no index', 'oci.no-image', () => {}],
    ['an index that is no JSON', 'oci.document', ({ directory }) => writeFileSync(join(directory, 'index.json'), 'x')],
    [
      'an index of something else',
      'oci.document',
      ({ directory }) => writeFileSync(join(directory, 'index.json'), '{}'),
    ],
    [
      'an empty index',
      'oci.no-image',
      ({ directory }) => writeFileSync(join(directory, 'index.json'), '{"manifests":[]}'),
    ],
    [
      'a digest that is a path',
      'oci.digest',
      (one) => one.list({ ...one.image({ layers: [] }), digest: 'sha256:../../../etc/passwd' }),
    ],
    [
      'a digest of another length',
      'oci.digest',
      (one) => one.list({ ...one.image({ layers: [] }), digest: 'sha256:abcd' }),
    ],
    [
      'a digest that nobody knows',
      'oci.digest-algorithm',
      (one) => one.list({ ...one.image({ layers: [] }), digest: 'blake9:abcd' }),
    ],
    [
      'more layers than the configuration has',
      'oci.layers',
      (one) => one.list(one.image({ layers: [layer], diffIds: [] })),
    ],
    [
      'an encrypted layer',
      'oci.encrypted',
      (one) => one.list(one.image({ layers: [{ archive: layer, mediaType: `${OCI}.layer.v1.tar+gzip+encrypted` }] })),
    ],
    [
      'a layer of another kind',
      'oci.media-type',
      (one) => one.list(one.image({ layers: [{ archive: layer, mediaType: 'application/wasm' }] })),
    ],
    [
      'an image of another kind',
      'oci.media-type',
      (one) => one.list({ ...one.image({ layers: [] }), mediaType: 'text/plain' }),
    ],
  ])('%s', async (_, code, make) => {
    const one = new OciLayout(fresh());
    make(one);
    await expect(read(`oci:${one.directory}`)).rejects.toMatchObject({ code });
  });

  test('a layer that may not be distributed is read if it is there', async () => {
    const one = new OciLayout(fresh());
    one.list(one.image({ layers: [{ archive: layer, mediaType: `${OCI}.layer.nondistributable.v1.tar` }] }));
    expect(await shown(await read(`oci:${one.directory}`))).toEqual(['a=x']);
    rmSync(blobOf(one.directory, digestOf(layer)));
    await expect(read(`oci:${one.directory}`)).rejects.toMatchObject({ code: 'oci.not-distributable' });
  });

  test('an artifact is not the image of a container', async () => {
    const one = new OciLayout(fresh());
    const config = one.document({}, 'application/vnd.oci.empty.v1+json');
    one.list(one.document({ config, layers: [config] }, `${OCI}.manifest.v1+json`));
    await expect(read(`oci:${one.directory}`)).rejects.toMatchObject({ code: 'oci.artifact' });
  });

  test('an index that holds itself, or its like without end', async () => {
    const one = new OciLayout(fresh());
    let entry = one.image({ layers: [] });
    for (let depth = 0; depth < 6; depth++) entry = one.document({ manifests: [entry] }, `${OCI}.index.v1+json`);
    one.list(entry);
    await expect(read(`oci:${one.directory}`)).rejects.toMatchObject({ code: 'oci.nested' });
  });
});

test('marks of overlayfs in a layer are lost, other attributes of its names are kept', async () => {
  const records = ['trusted.overlay.opaque', 'user.overlay.x', 'trusted.t'].map((name) =>
    record(`SCHILY.xattr.${name}`, 'y'),
  );
  const marked = archive({ name: 'x', type: 'x', data: records.join('') }, { name: 'd', type: '5' });
  const losses = new LossLog();
  const name = containerReference(fromText(`oci:${layout({ layers: [marked] })}`))!;
  const tree = await scanContainer(name, { spool: fromText(join(scratch, 'marked')), losses }, quietRun());
  const xattrs = [...walk(tree)].flatMap(({ node }) => node.xattrs.map((xattr) => xattr.name));
  expect(xattrs).toEqual(['trusted.t', 'user.overlay.x']);
  expect(losses.list()).toMatchObject([{ code: 'oci.overlay-mark' }]);
});
