// Lists of digests on the medium after an edit: every form of a line that checksum programs read gets the new digest.
import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { fromText } from '../../../src/bytes/index.js';
import { planDisc } from '../../../src/disc/index.js';
import { planEdit } from '../../../src/edit/index.js';
import { bytesSource, collect, quietRun } from '../../../src/io/index.js';
import { FileTree, file } from '../../../src/tree/index.js';

const run = quietRun();
const text = (content: string) => file(bytesSource(new TextEncoder().encode(content)));
const digest = (name: string, content: string) => createHash(name).update(content).digest('hex');

for (const [title, path, line] of [
  ['of md5sum', 'md5sum.txt', (content: string) => `${digest('md5', content)}  ./docs/à b\n`],
  ['of binary files', 'SHA1SUMS', (content: string) => `${digest('sha1', content)} *docs/à b\r\n`],
  ['in upper case', 'x.md5', (content: string) => `${digest('md5', content).toUpperCase()}  docs/à b\n`],
  ['of BSD', 'CHECKSUMS', (content: string) => `SHA256 (docs/à b) = ${digest('sha256', content)}\n`],
  [
    'of a file next to its directory',
    'sums/x.sha512',
    (content: string) => `${digest('sha512', content)}  ../docs/à b`,
  ],
] as const) {
  test(`a line ${title}`, async () => {
    const around = [`# sums\n\n${digest('md5', 'kept')}  kept\n`, path === 'sums/x.sha512' ? '' : '\nend'] as const;
    const list = (content: string) => around[0] + line(content) + around[1];
    const tree = FileTree.of({ [path]: text(list('old')), 'docs/à b': text('old'), kept: text('kept') });
    const image = await collect(planDisc(tree, { epoch: { seconds: 0, nanoseconds: 0 }, seed: 's' }), run);
    const changes = { replace: [{ path: fromText('docs/à b'), file: text('new') }] };
    const plan = await planEdit(bytesSource(image), changes, run);
    const bytes = Buffer.from(await collect(plan, run));
    expect(bytes.includes(list('new'))).toBe(true);
    expect(plan.layout.entries.map((entry) => entry.path).sort()).toEqual(['/docs/à b', `/${path}`].sort());
  });
}

test('a line of a removed file goes', async () => {
  const lines = [`${digest('md5', 'a')}  a\n`, `MD5 (b) = ${digest('md5', 'b')}\n`, `${digest('md5', 'c')}  c\n`];
  const tree = FileTree.of({ 'md5sum.txt': text(lines.join('')), a: text('a'), b: text('b'), c: text('c') });
  const image = await collect(planDisc(tree, { epoch: { seconds: 0, nanoseconds: 0 }, seed: 's' }), run);
  const plan = await planEdit(bytesSource(image), { remove: [fromText('/b')] }, run);
  expect(Buffer.from(await collect(plan, run)).includes(`${lines[0]}${lines[2]}\0`)).toBe(true);
});
