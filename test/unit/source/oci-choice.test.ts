// Container images: names, and which of several images is read.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { fromText } from '../../../src/bytes/text.js';
import { parsePlatform, platformRank } from '../../../src/source/oci/platform.js';
import { parseContainerReference } from '../../../src/source/oci/reference.js';
import { containerReference } from '../../../src/source/oci/scan.js';
import { digestOf, OCI, OciLayout } from '../../support/oci-layout.js';
import { read, shown } from '../../support/oci-read.js';
import { scratchDirectory } from '../../support/scratch.js';
import { archive, type Given } from '../../support/tar-archive.js';

const scratch = scratchDirectory();
let made = 0;
const fresh = () => join(scratch, `layout${++made}`);
const file = (name: string, data: string): Given => ({ name, data });

describe('which image is read', () => {
  const platforms = ['linux/amd64', 'linux/arm64/v8', 'linux/arm/v6', 'linux/arm/v7', 'windows/amd64'];
  const directory = fresh();
  const several = new OciLayout(directory);
  const images = platforms.map((name) => {
    const platform = parsePlatform(name)!;
    return several.image({ layers: [archive(file('which', name))], platform: { ...platform } as never });
  });
  const attestation = {
    ...several.image({ layers: [] }),
    platform: { os: 'unknown', architecture: 'unknown' },
    annotations: { 'vnd.docker.reference.type': 'attestation-manifest' },
  };
  several.list(several.document({ manifests: [...images, attestation] }, `${OCI}.index.v1+json`), 'all');
  several.list(images[2]!, 'six');

  test.each([
    ['all', 'linux/amd64', 'linux/amd64'],
    ['all', 'linux/x86_64', 'linux/amd64'],
    ['all', 'linux/arm64', 'linux/arm64/v8'],
    ['all', 'linux/arm/v8', 'linux/arm/v7'],
    ['all', 'linux/arm', 'linux/arm/v7'],
    ['all', 'linux/arm/v6', 'linux/arm/v6'],
    ['six', undefined, 'linux/arm/v6'],
  ])('%s for %s', async (tag, platform, expected) => {
    const tree = await read(`oci:${directory}:${tag}`, platform ? { platform } : {});
    expect(await shown(tree)).toEqual([`which=${expected}`]);
  });

  test('by its digest, and as preferred', async () => {
    expect(await shown(await read(`oci:${directory}@${images[2]!.digest}`))).toEqual(['which=linux/arm/v6']);
    expect(await shown(await read(`oci:${directory}:all`, { preferred: 'linux/arm64' }))).toEqual([
      'which=linux/arm64/v8',
    ]);
  });

  test.each<[string, string, { platform?: string }, string]>([
    ['several names', '', {}, 'oci.ambiguous'],
    ['an unknown name', ':none', {}, 'oci.tag'],
    ['several platforms', ':all', {}, 'oci.platform'],
    ['an unknown platform', ':all', { platform: 'linux/s390x' }, 'oci.platform'],
    ['another platform', ':six', { platform: 'linux/amd64' }, 'oci.platform'],
    ['a later variant', ':six', { platform: 'linux/arm/v5' }, 'oci.platform'],
  ])('%s is refused', async (_, tag, options, code) => {
    await expect(read(`oci:${directory}${tag}`, options)).rejects.toMatchObject({ code });
  });
});

describe('images that names do not tell apart', () => {
  const one = (name: string) => archive({ name, data: '1' });
  const named = (repository: string) => ({
    annotations: { 'org.opencontainers.image.ref.name': 'latest', 'io.containerd.image.name': `${repository}:latest` },
  });

  test('in two repositories, as docker save writes them, take the whole name', async () => {
    const both = new OciLayout(fresh());
    for (const name of ['a', 'b']) both.list({ ...both.image({ layers: [one(name)] }), ...named(`host/${name}`) });
    for (const tag of ['', ':latest']) {
      await expect(read(`oci:${both.directory}${tag}`)).rejects.toMatchObject({
        code: 'oci.ambiguous',
        wording: { hint: expect.stringContaining('host/a:latest, host/b:latest') },
      });
    }
    expect(await shown(await read(`oci:${both.directory}:host/b:latest`))).toEqual(['b=1']);
  });

  test('are refused without names, and are one image if the digest is the same', async () => {
    const both = new OciLayout(fresh());
    const first = both.image({ layers: [one('a')] });
    both.list(first, '1').list(first, '2');
    expect(await shown(await read(`oci:${both.directory}`))).toEqual(['a=1']);
    const unnamed = new OciLayout(fresh());
    const digests = ['a', 'b'].map((name) => {
      const image = unnamed.image({ layers: [one(name)] });
      unnamed.list(image);
      return image.digest;
    });
    await expect(read(`oci:${unnamed.directory}`)).rejects.toMatchObject({
      code: 'oci.ambiguous',
      wording: { hint: expect.stringContaining(digests.join(', ')) },
    });
    expect(await shown(await read(`oci:${unnamed.directory}@${digests[1]}`))).toEqual(['b=1']);
  });

  /** The archive of docker save: an image of one layer with one file for each platform. */
  function saved(...images: readonly (readonly [tags: readonly string[] | null, architecture: string])[]): string {
    const members: Given[] = [];
    const list = images.map(([RepoTags, architecture], index) => {
      const layer = Buffer.from(one(architecture)).toString('latin1');
      const diff = digestOf(Buffer.from(layer, 'latin1'));
      const config = { os: 'linux', architecture, rootfs: { type: 'layers', diff_ids: [diff] } };
      members.push(
        { name: `${index}/layer.tar`, data: layer },
        { name: `${index}.json`, data: JSON.stringify(config) },
      );
      return { Config: `${index}.json`, RepoTags, Layers: [`${index}/layer.tar`] };
    });
    const path = fresh();
    writeFileSync(path, archive(...members, { name: 'manifest.json', data: JSON.stringify(list) }));
    return `docker-archive:${path}`;
  }

  test('of docker save with one name for several platforms are chosen by platform', async () => {
    const name = saved([['x:1'], 'amd64'], [['x:1'], 'arm64']);
    for (const [tag, options, found] of [
      ['', { preferred: 'linux/amd64' }, 'amd64'],
      [':x:1', { platform: 'linux/arm64' }, 'arm64'],
      [':@1', {}, 'arm64'],
    ] as const) {
      expect(await shown(await read(`${name}${tag}`, options))).toEqual([`${found}=1`]);
    }
    await expect(read(name, { platform: 'linux/s390x' })).rejects.toMatchObject({ code: 'oci.platform' });
    await expect(read(saved([['x:1'], 'amd64'], [null, 'arm64']))).rejects.toMatchObject({ code: 'oci.ambiguous' });
    const equal = saved([['x:1'], 'amd64'], [['x:1'], 'amd64']);
    await expect(read(equal, { preferred: 'linux/amd64' })).rejects.toMatchObject({ code: 'oci.ambiguous' });
  });
});

describe('names', () => {
  function thrownBy(name: string): unknown {
    try {
      return containerReference(fromText(name));
    } catch (error) {
      return error;
    }
  }

  test.each<[string, readonly string[], object | undefined]>([
    ['oci:dir', ['dir'], { transport: 'oci', path: 'dir' }],
    ['oci:dir:1.0', ['dir'], { transport: 'oci', path: 'dir', tag: '1.0' }],
    ['oci:a:b:c', ['a:b'], { transport: 'oci', path: 'a:b', tag: 'c' }],
    ['oci:a:b', ['a', 'a:b'], { transport: 'oci', path: 'a:b' }],
    ['oci:dir@sha256:12', ['dir'], { transport: 'oci', path: 'dir', tag: '@sha256:12' }],
    ['oci:none:1', [], { transport: 'oci', path: 'none', tag: '1' }],
    [
      'docker-archive:x.tar:reg:5000/n:1',
      ['x.tar'],
      { transport: 'docker-archive', path: 'x.tar', tag: 'reg:5000/n:1' },
    ],
    ['oci-archive:x.tar', [], { transport: 'oci-archive', path: 'x.tar' }],
    ['./oci:dir', [], undefined],
  ])('%s', (name, paths, expected) => {
    expect(parseContainerReference(fromText(name), (path) => paths.includes(path))).toEqual(expected);
  });

  test.each([
    ['containers-storage:alpine', 'podman save -o FILE alpine'],
    ['docker-daemon:alpine:3', 'docker save -o FILE alpine:3'],
    ['docker://alpine:3', 'oci://docker.io/library/alpine:3.'],
    ['docker://some/tree', 'oci://docker.io/some/tree.'],
    ['docker://quay.io/some/tree', 'oci://quay.io/some/tree.'],
    ['docker://localhost:5000/tree', 'oci://localhost:5000/tree.'],
    ['dir:x', 'skopeo copy dir:x oci-archive:FILE'],
    ['https://example.com/root.tar', 'Download'],
  ])('%s is not read, and the way to read it is said', (name, hint) => {
    expect(thrownBy(name)).toMatchObject({
      code: 'source.transport',
      wording: { hint: expect.stringContaining(hint) },
    });
  });

  test.each(['oci:', 'oci://', 'oci://host', 'oci-archive:', 'docker-archive:'])('%s names no place', (name) => {
    expect(thrownBy(name)).toMatchObject({ code: 'oci.name' });
  });

  test.each(['linux', 'linux/', 'linux/a/b/c', 'linux/a b', ''])('"%s" is no platform', (text) => {
    expect(parsePlatform(text)).toBeUndefined();
  });

  test('a processor runs programs for earlier ones, the latest of them best', () => {
    const rank = (wanted: string, found: string) => platformRank(parsePlatform(wanted)!, parsePlatform(found)!);
    expect([
      rank('linux/arm', 'linux/arm/v7'),
      rank('linux/arm', 'linux/arm/v6'),
      rank('linux/arm', 'linux/arm/v8'),
    ]).toEqual([0, 1, undefined]);
    expect([rank('linux/arm64', 'linux/arm64/v8'), rank('linux/amd64', 'linux/arm64')]).toEqual([0, undefined]);
  });
});
