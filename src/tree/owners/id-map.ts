// Numbers of users and groups in a user namespace and outside of it (user_namespaces(7)).

import { InvalidInputError } from '../../errors.js';

/** Numbers that follow each other: `container` is how the first one appears inside, `host` outside. */
export interface IdRange {
  readonly container: number;
  readonly host: number;
  readonly count: number;
}

/** Ranges of users and of groups. */
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

/** The ranges of several maps. Throws {@link InvalidInputError} `tree.id-map` where one number is in two ranges. */
export function mergedIdMaps(maps: readonly IdMap[]): IdMap {
  return {
    users: distinct(maps.flatMap(({ users }) => users)),
    groups: distinct(maps.flatMap(({ groups }) => groups)),
  };
}

/** The number inside; undefined if it is in no range. Without any ranges numbers stay as they are. */
export function containerId(ranges: readonly IdRange[], id: number): number | undefined {
  if (ranges.length === 0) return id;
  const range = ranges.find(({ host, count }) => id >= host && id < host + count);
  return range && id - range.host + range.container;
}

/**
 * Ranges of subordinate numbers in a text like /etc/subuid (subuid(5)), of a user by name or number: `[first, count]`.
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
 * The ranges of one kind of numbers as namespaces of an ordinary user have them. If the first subordinate number owns the root of the
 * tree, it is 0 inside, as mmdebstrap has it; else `own` is 0, and the subordinate ones follow, as Podman has it.
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
