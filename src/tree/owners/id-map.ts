// Maps of user and group ids between a user namespace and the host (user_namespaces(7)).

import { InvalidInputError } from '../../errors.js';

/** A range of ids: `container` is the first one inside the namespace, `host` the same one outside. */
export interface IdRange {
  readonly container: number;
  readonly host: number;
  readonly count: number;
}

/** Ranges of user ids and of group ids. */
export interface IdMap {
  readonly users: readonly IdRange[];
  readonly groups: readonly IdRange[];
}

const LARGEST = 0xffff_ffff;

/** Reads `u:CONTAINER:HOST:COUNT`; `g` is for groups and `b` for both. Undefined for any other text. */
export function parseIdRange(text: string): IdMap | undefined {
  const match = /^([ugb]):(\d{1,10}):(\d{1,10}):(\d{1,10})$/.exec(text);
  if (!match) return undefined;
  const [container, host, count] = match.slice(2).map(Number) as [number, number, number];
  if (count < 1 || container + count - 1 > LARGEST || host + count - 1 > LARGEST) return undefined;
  const range = [{ container, host, count }];
  return { users: match[1] === 'g' ? [] : range, groups: match[1] === 'u' ? [] : range };
}

/** The ranges of several maps. Throws {@link InvalidInputError} `tree.id-map` if an id is in two ranges. */
export function mergedIdMaps(maps: readonly IdMap[]): IdMap {
  return {
    users: distinct(maps.flatMap(({ users }) => users)),
    groups: distinct(maps.flatMap(({ groups }) => groups)),
  };
}

/** The id inside the namespace; undefined if it is in no range. Without ranges every id stays as it is. */
export function containerId(ranges: readonly IdRange[], id: number): number | undefined {
  if (ranges.length === 0) return id;
  const range = ranges.find(({ host, count }) => id >= host && id < host + count);
  return range && id - range.host + range.container;
}

/**
 * The ranges `[first, count]` of subordinate ids that a text like /etc/subuid (subuid(5)) gives a user, by name or id.
 */
export function subordinateRanges(
  text: string,
  user: { readonly name: string; readonly id: number },
): [number, number][] {
  return text.split('\n').flatMap((line) => {
    const [owner, first = '', count = ''] = line.trim().split(':');
    const isMine = owner === user.name || owner === String(user.id);
    return isMine && /^\d{1,10}$/.test(first) && /^\d{1,10}$/.test(count) ? [[Number(first), Number(count)]] : [];
  });
}

/**
 * The usual map of an ordinary user's namespace, for user or group ids. If the first subordinate id owns the root of the tree, it is 0
 * inside, as in mmdebstrap; otherwise the user's `own` id is 0, and the subordinate ids follow, as in Podman.
 */
export function subordinateMap(own: number, owner: number, ranges: readonly (readonly [number, number])[]): IdRange[] {
  let container = owner === ranges[0]?.[0] ? 0 : 1;
  const map: IdRange[] = container === 1 ? [{ container: 0, host: own, count: 1 }] : [];
  for (const [host, count] of ranges) {
    map.push({ container, host, count });
    container += count;
  }
  return map;
}

function distinct(ranges: readonly IdRange[]): readonly IdRange[] {
  for (const side of ['container', 'host'] as const) {
    const sorted = [...ranges].sort((a, b) => a[side] - b[side]);
    const twice = sorted.find((range, i) => i > 0 && sorted[i - 1]![side] + sorted[i - 1]!.count > range[side]);
    if (!twice) continue;
    throw new InvalidInputError('tree.id-map', `The number ${twice[side]} is in two ranges of the id map.`);
  }
  return ranges;
}
