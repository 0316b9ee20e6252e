// Digests that the original tagmedia stored for generated images (its tests/*.tag.ref), compared with ours for the same images.
import { describe, expect, test } from 'vitest';
import { type SuseTagOptions, suseTagSeal, verifyTags } from '../../../../src/format/checkmedia/index.js';
import { quietRun } from '../../../../src/io/content.js';
import { bytesSource } from '../../../../src/io/memory.js';
import { patched, type SkeletonOptions, skeletonImage, tagText } from '../../../support/tagged-images.js';

type Case = [name: string, sizes: SkeletonOptions, options: SuseTagOptions, tags: string];
const usual = { full: 1000, iso: 900, pad: 100, partition: { start: 100, sectors: 900 } };

const CASES: Case[] = [
  [
    'iso_and_partition_no_padding',
    { ...usual, iso: 1000, pad: 0 },
    { digests: ['md5'] },
    'md5sum=dbfc197e6d7f9370de4dc4840c81a783;partition=100,900,efda83d92d219c2ee805364cb9902db2',
  ],
  [
    'iso_and_partition_with_padding',
    usual,
    { digests: ['sha1'], pad: 25 },
    'pad=25;sha1sum=0f56f7a21eee671fe8b97a5dfb6b2f9bab0dcd06;partition=100,900,a893357313150e9db98e4cfe81107f06db88dd63',
  ],
  [
    'iso_and_partition_no_partitiondigest',
    usual,
    { digests: ['sha384'], pad: 25, partition: 'none' },
    'pad=25;sha384sum=0468c1ed873d9ceec9a462004a67b344bcb1769bcb90089652364e64963292448adc1f00eab088a4a92305292d72c1f9',
  ],
  [
    'iso_and_no_partition',
    { full: 1000, iso: 900, pad: 100 },
    { digests: ['sha224'], pad: 25 },
    'pad=25;sha224sum=e421b915f39bb7497b822b6c8afc73d3e38d09d0b1c5c6a6a6013d93',
  ],
  [
    'iso_and_partition_odd_sizes',
    { full: 1001, iso: 1000, pad: 100, partition: { start: 101, sectors: 900 } },
    { digests: ['sha1'], pad: 25 },
    'pad=25;sha1sum=70550a259ba07c61455d3871dec325201cf0970b;partition=101,900,f0ce48e9df03dbed3da06c22996f19ab2f4db3e7',
  ],
  [
    'iso_and_partition_odd_partition_size',
    { full: 1002, iso: 1000, pad: 100, partition: { start: 101, sectors: 901 } },
    { digests: ['md5'], pad: 25 },
    'pad=25;md5sum=20852af4e13314bea792807d9ac9103d;partition=101,901,2c01b6e930492a698b8bee67a92cc936',
  ],
  [
    'iso_and_partition_low_partition_start',
    { full: 1000, iso: 1000, pad: 100, partition: { start: 2, sectors: 998 } },
    { digests: ['sha256'], pad: 25 },
    'pad=25;sha256sum=05ac5da5b7171b63700c4b7e75477908fedc7956a08df90f7e6f711c1fdddd86;' +
      'partition=2,998,983c8904e4a5c71f6e9f6d5d8d73f29f046191acd65dc0cf12a1def8db7ec1fe',
  ],
  [
    'iso_too_small_ends_before_partition_start',
    { full: 1000, iso: 600, pad: 100, partition: { start: 700, sectors: 300 } },
    { digests: ['sha256'], pad: 25 },
    'pad=25;sha256sum=670a5364e2dbd0353bfdcc4fd285b345366e55eb66708b1f3d728f9a31c30b6f;' +
      'partition=700,300,5e54749a2cd7cf135d8469df48f3047124527e21c138049980941c3153e5e0d8',
  ],
  [
    'iso_and_partition_not_signed',
    { ...usual, signature: 260 },
    { digests: ['sha256'], pad: 25 },
    'pad=25;sha256sum=d7df919f9d008b94ee51dadd312c6a0bda2607de8bc6fe84d2869096795c8a26;' +
      'partition=100,900,0d16f5a21c763c3bf5a2f32d3fffd27811942e500ee95b8541443599ea6fd726;signature=260',
  ],
];

describe('equals tagmedia', () => {
  test.each(CASES)('%s', async (name, sizes, options, tags) => {
    const image = skeletonImage({ ...sizes, name });
    const tagged = patched(image, await suseTagSeal(options).seal(bytesSource(image), quietRun()));
    expect(tagText(tagged)).toBe(tags);
    expect(await verifyTags(bytesSource(tagged), quietRun())).toMatchObject({ ok: true, style: 'suse' });
  });

  test('a wrong pad makes the volume digest wrong and leaves the partition digest right', async () => {
    const image = skeletonImage({ ...usual, name: 'iso_and_partition_wrong_padding' });
    const iso =
      '0f2f8fe473b8a85cd0872ab81c5d8dae2d6a13fecff429b18dc6f4bc5678ece9' +
      '1f7d4dbed4cd55bfb777b6882d529508eb2d8c360d69e0e23d9f496159ee9892';
    const partition =
      '9f9aa238d3c024e82b1b8ee900dc372498da42614e15a75a65605a786b108dad' +
      '954758d8e47d6ecf217222541374433c3537ee578624915846c7893dc8f84f93';
    const text = `pad=50;sha512sum=${iso};partition=100,900,${partition}`.padEnd(512);
    const tagged = patched(image, [{ at: 0x8373, bytes: Buffer.from(text) }]);
    const verdict = await verifyTags(bytesSource(tagged), quietRun());
    expect(verdict.ok).toBe(false);
    expect(verdict.digests.map(({ what, ok }) => [what, ok])).toEqual([
      ['iso', false],
      ['partition', true],
    ]);
    expect(verdict.digests[0]!.found).toMatch(/^1e7d6d3200db253e6944cc00c7237390b6e7d0299843a8542b7068c084c4858a/);
  });
});
