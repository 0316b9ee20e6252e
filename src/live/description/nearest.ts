// The known name closest to a mistyped one.

/** The candidate that differs only in case, or in at most two letters; undefined if there is none. */
export function nearest(name: string, candidates: readonly string[]): string | undefined {
  const short = name.slice(0, 64);
  const folded = candidates.find((other) => other.toLowerCase() === short.toLowerCase());
  if (folded !== undefined) return folded;
  const allowed = short.length > 4 ? 2 : 1;
  const rated = candidates.map((other) => ({ other, distance: distance(short, other) }));
  const best = rated.sort((a, b) => a.distance - b.distance)[0];
  return best && best.distance <= allowed ? best.other : undefined;
}

/**
 * The candidates most similar to a name, the closest first. Containing the other counts more than length:
 * `compression` is like `squashfscompression`.
 */
export function closestNames(name: string, candidates: readonly string[], count: number): string[] {
  const short = name.slice(0, 64);
  const rated = candidates.map((other) => {
    const longer = Math.abs(other.length - short.length);
    return { other, rank: 3 * (distance(short.toLowerCase(), other.toLowerCase()) - longer) + longer };
  });
  return rated
    .sort((a, b) => a.rank - b.rank)
    .slice(0, count)
    .map(({ other }) => other);
}

/** Letters to insert, delete or replace (Levenshtein). */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const above = row;
    row = [i];
    for (let j = 1; j <= b.length; j++) {
      const replaced = above[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1);
      row.push(Math.min(replaced, above[j]! + 1, row[j - 1]! + 1));
    }
  }
  return row[b.length]!;
}
