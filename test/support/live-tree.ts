// The tree that a live system shows, compared with the root tree that was pressed.
import { expect } from 'vitest';
import type { EntryDescription } from './trees.js';

/** The live root is the root tree but for what never belongs on a medium and the identity that each machine makes itself. */
export function expectSameTree(source: Map<string, EntryDescription>, live: Map<string, EntryDescription>): void {
  const left = /^(image|\.kconfig|\.buildenv|run\/.|tmp\/.|var\/cache\/kiwi|\.profile$)/;
  const expected = [...source].filter(([path]) => !left.test(path)).map(([path]) => path);
  const made = new Set(['lost+found', '.profile']);
  expect([...live.keys()].filter((path) => !made.has(path)).sort()).toEqual(expected.sort());
  const different = expected.filter((path) => {
    if (path === 'etc/machine-id') return false;
    return JSON.stringify(source.get(path)) !== JSON.stringify(live.get(path));
  });
  expect(different).toEqual([]);
}
