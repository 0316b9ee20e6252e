// The order of new data on the disc.

import type { WeightRule } from '../../disc/index.js';
import type { EditedTrees } from '../change/edited-trees.js';
import type { Data } from '../kept/entries.js';
import { pathTest } from '../kept/plain-names.js';

/** New data with the heaviest first, by the first rule that matches a path; data of equal weight keep their order. */
export function heaviestFirst(fresh: Iterable<Data>, trees: EditedTrees, rules: readonly WeightRule[]): Iterable<Data> {
  if (rules.length === 0) return fresh;
  const matchers = rules.map(({ pattern, weight }) => ({ matches: pathTest(pattern, trees.isPlain), weight }));
  const weights = new Map<Data, number>();
  for (const { path, entry } of trees.walk()) {
    if (entry.data?.content === undefined) continue;
    const weight = matchers.find(({ matches }) => matches(path))?.weight ?? 0;
    weights.set(entry.data, Math.max(weight, weights.get(entry.data) ?? weight));
  }
  return [...fresh].sort((a, b) => (weights.get(b) ?? 0) - (weights.get(a) ?? 0));
}
