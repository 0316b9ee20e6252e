// The pattern language, case by case; test/property/patterns.test.ts compares it with other programs.
import { describe, expect, test } from 'vitest';
import { type ByteString, fromText } from '../../../src/bytes/text.js';
import { InvalidInputError } from '../../../src/errors.js';
import { excludeMatcher } from '../../../src/tree/exclude.js';
import { matchesPath, parsePattern } from '../../../src/tree/pattern.js';

const matches = (pattern: string, path: string) => excludeMatcher([fromText(pattern)])(fromText(path));

describe('what matches', () => {
  test.each([
    ['/!neg', ['!neg'], ['neg', 'keep', 'a/!neg']],
    ['/foo(1).txt', ['foo(1).txt'], ['foo1.txt', 'foo(1)atxt']],
    ['{a,b}', ['{a,b}'], ['a', 'b']],
    ['+(a)', ['+(a)', 'x/+(a)'], ['a', 'aa']],
    ['/u-a\\\\x2db', ['u-a\\x2db'], ['u-ax2db']],
    ['/u-a\\x2db', ['u-ax2db'], ['u-a\\x2db']],
    ['/\\*', ['*'], ['a', '\\*']],
    ['end\\', ['end\\'], ['end']],
    ['/a[', ['a['], ['a']],
    ['[]a]', [']', 'a'], ['b', '[]a]']],
    ['[!]a]', ['b', '['], [']', 'a']],
    ['[^a-c]', ['d', '^'], ['b']],
    ['[a\\]-]', ['a', ']', '-'], ['\\', 'b']],
    ['[[:digit:]a]', ['7', 'a'], ['b', ':']],
    ['/*/x', ['a/x', '.a/x'], ['x', 'a/b/x']],
    ['/**/x', ['x', 'a/x', 'a/b/x'], ['a/x/y']],
    ['/a/**', ['a/b', 'a/b/c'], ['a', 'b/a/c']],
    ['/a/**/b/**/c', ['a/b/c', 'a/x/b/y/z/c', 'a/b/b/c'], ['a/c', 'a/b/x']],
    ['a**b', ['ab', 'axb'], ['a/b']],
    ['b/c', ['b/c', 'a/b/c'], ['b/c/d', 'c']],
    ['./b//c/', ['b/c'], ['a/b/c']],
    ['/a\\/b', ['a/b'], ['a\\/b']],
    ['*.pyc', ['.pyc', 'a/x.pyc'], ['x.pyc.a']],
    ['caf?', ['café', 'cafe'], ['caf']],
    ['[ä]*', ['ä', 'äb'], ['é', 'ö']],
  ])('%s', (pattern, right, wrong) => {
    expect(right.filter((path) => !matches(pattern, path))).toEqual([]);
    expect(wrong.filter((path) => matches(pattern, path))).toEqual([]);
  });

  test('names that are not UTF-8 are bytes', () => {
    const latin = (pattern: string, path: string) => matchesPath(parsePattern(pattern as ByteString), path.split('/'));
    expect(latin('?', '\xe9')).toBe(true);
    expect(latin('caf\xe9*', 'caf\xe9.txt')).toBe(true);
    expect(latin('[\xe9]', '\xe9')).toBe(true);
    expect(latin('[\xe9]', '\xc3\xa9')).toBe(false);
    expect(latin('????', '\xe9\xc3\xa9a')).toBe(true);
  });
});

test.each(['', '/', './', '..', '/a/../b', '[[:nothing:]]', '[[=a=]]'])('"%s" is not a usable pattern', (pattern) => {
  expect(() => parsePattern(fromText(pattern))).toThrow(InvalidInputError);
});

test('stars cost steps times length, however they are nested', () => {
  let reads = 0;
  const names = new Proxy(Array<string>(255).fill('a'), {
    get(target, key, receiver) {
      if (typeof key === 'string' && /^\d/.test(key)) reads++;
      return Reflect.get(target, key, receiver);
    },
  });
  const pattern = parsePattern(`/${'**/a/'.repeat(30)}b` as ByteString);
  expect(matchesPath(pattern, names)).toBe(false);
  expect(reads).toBeLessThanOrEqual(pattern.steps.length * 255);
  expect(matches(`${'*a'.repeat(60)}*b`, 'a'.repeat(255))).toBe(false);
});
