// How far the heap grows while a large tree is in it.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const MODULE = fileURLToPath(new URL('../../../dist/cli/large-heap.js', import.meta.url));

/** The largest heap, as a multiple of what is alive, while a tree grows and garbage that has grown old is left; after progress over `entries`. */
function growthAfter(entries: number): number {
  const script = `
    const { heapWatch } = await import(${JSON.stringify(MODULE)});
    heapWatch()({ step: 'scanning', unit: 'entries', done: ${entries} });
    const stays = Array.from({ length: 600_000 }, (_, i) => ({ i, name: 'entry-' + i, inode: { i } }));
    const ring = [];
    let largest = 0;
    for (let i = 0; i < 4_000_000; i++) {
      ring[i % 500_000] = { i, text: [i] };
      if (i % 20_000 === 0) largest = Math.max(largest, process.memoryUsage().heapUsed);
    }
    globalThis.gc();
    console.log(largest / process.memoryUsage().heapUsed, stays.length, ring.length);
  `;
  const { stdout, stderr } = spawnSync(process.execPath, ['--expose-gc', '--input-type=module', '-e', script], {
    encoding: 'utf8',
  });
  expect(stderr).toBe('');
  return Number.parseFloat(stdout);
}

test('holds less garbage with many entries than with few', () => {
  const [many, few] = [growthAfter(1_000_000), growthAfter(10_000)];
  expect(many).toBeLessThan(2);
  expect(many).toBeLessThan(few);
});
