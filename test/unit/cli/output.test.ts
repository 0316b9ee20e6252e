import { describe, expect, test } from 'vitest';
import { errorData, errorLines, exitCodeOf } from '../../../src/cli/exit-code.js';
import { optionFlag } from '../../../src/cli/option-words.js';
import { jsonData, textLines } from '../../../src/cli/output/plain-data.js';
import { progressView } from '../../../src/cli/output/progress.js';
import { terminalText } from '../../../src/cli/output/terminal-text.js';
import { parseHex32, parseSize, showBytes, showDuration } from '../../../src/cli/units.js';
import {
  AbortedError,
  InternalError,
  InvalidInputError,
  MissingEngineError,
  option,
  SourceError,
  TargetError,
  ToolError,
  UnknownImageError,
  UnreadableError,
  UsageError,
  wording,
} from '../../../src/errors.js';

function recorder() {
  const state = { text: '', time: 0 };
  return {
    state,
    output: { stream: { write: (part: string) => (state.text += part), columns: 80 }, now: () => state.time },
  };
}

describe('progress', () => {
  test('plain lines: begin, interval, end; overlapping steps do not repeat each other', () => {
    const { state, output } = recorder();
    const view = progressView('plain', output);
    for (let done = 0; done <= 100; done++) {
      view.report({ step: 'packing', done, total: 100, unit: 'entries' });
      view.report({ step: 'writing', done: done * 1024, unit: 'bytes' });
      state.time += 100;
    }
    const lines = state.text.trim().split('\n');
    expect(lines[0]).toBe('packing: 0 % of 100 entries');
    expect(lines[1]).toBe('writing: 0 bytes');
    expect(lines.filter((line) => line.startsWith('packing'))).toHaveLength(3);
    expect(lines.at(-1)).toMatch(/^writing|^packing: 100 %/);
  });
  test('JSON lines are one object each', () => {
    const { state, output } = recorder();
    progressView('json', output).report({ step: 'writing', done: 1, total: 2, unit: 'bytes' });
    expect(JSON.parse(state.text)).toEqual({ event: 'progress', step: 'writing', done: 1, total: 2, unit: 'bytes' });
  });
  test('the bar keeps to the step that knows its end', () => {
    const { state, output } = recorder();
    const view = progressView('bar', output);
    state.time = 1000;
    view.report({ step: 'packing', done: 50, total: 100, unit: 'bytes' });
    view.report({ step: 'writing', done: 7, unit: 'bytes' });
    view.finish();
    expect(state.text).toContain('50 % of 100 bytes');
    expect(state.text).not.toContain('writing');
    expect(state.text.endsWith('\n')).toBe(true);
  });
});

describe('errors', () => {
  test('exit codes by fault', () => {
    expect(exitCodeOf(new InvalidInputError('a.b', 'm'))).toBe(3);
    expect(exitCodeOf(new SourceError('source.enoent', 'm'))).toBe(3);
    expect(exitCodeOf(new UnreadableError('source.eacces', 'm'))).toBe(4);
    expect(exitCodeOf(new UsageError('a.b', 'm'))).toBe(2);
    expect(exitCodeOf(new UnknownImageError('a.b', 'm'))).toBe(5);
    expect(exitCodeOf(new MissingEngineError('a.b', 'm'))).toBe(4);
    expect(exitCodeOf(new TargetError('a.b', 'm'))).toBe(4);
    expect(exitCodeOf(new ToolError('a.b', 'm'))).toBe(4);
    expect(exitCodeOf(new AbortedError('SIGINT'))).toBe(130);
    expect(exitCodeOf(new AbortedError('SIGTERM'))).toBe(143);
    expect(exitCodeOf(new InternalError('a.b', 'm'))).toBe(70);
    expect(exitCodeOf(new TypeError('oops'))).toBe(70);
  });
  test('a user sees what, where and what to do, and no stack', () => {
    const error = new InvalidInputError('live.value', 'There is no firmware "bois".', {
      path: 'config.xml',
      line: 12,
      column: 5,
      hint: 'Use bios, efi or uefi.',
    });
    expect(errorLines(error)).toEqual([
      'isopress: config.xml:12:5: There is no firmware "bois". [live.value]',
      '  Use bios, efi or uefi.',
    ]);
    expect(errorLines(new TypeError('oops')).join('\n')).toContain('at ');
  });
});

describe('options in texts', () => {
  const hint = wording`Leave ${option('mediaDigest')} out, or choose ${option('mediaCheck', 'suse')}.`;
  const error = new UsageError('a.b', 'It is 3, not 4.', { option: 'blockSize', hint });

  test('are flags for a reader of the command', () => {
    expect(errorLines(error)).toEqual([
      'isopress: --block-size: It is 3, not 4. [a.b]',
      '  Leave --media-digest out, or choose --media-check suse.',
    ]);
    expect(errorData(error)).toMatchObject({ option: '--block-size', exitCode: 2 });
  });
  test('are properties for a caller of the library', () => {
    expect(error.hint).toBe('Leave mediaDigest out, or choose mediaCheck: suse.');
    expect(error.option).toBe('blockSize');
  });
  test('that are switched off', () => {
    expect(optionFlag(option('compress', false))).toBe('--no-compress');
  });
  test('stay data in a text made from others', () => {
    expect(wording`See: ${wording`use ${option('force')}`} (${2} times)`.spelled(optionFlag)).toBe(
      'See: use --force (2 times)',
    );
  });
});

describe('text for a terminal', () => {
  test('controls and bidirectional characters are shown, never obeyed', () => {
    expect(terminalText('a\u001b[2Jb\u009bc\nd\te')).toBe('a\\x1b[2Jb\\x9bc\\nd\\te');
    expect(terminalText('x\u202egpj.exe\u2066\u200f\u{e0041}')).toBe('x\\u{202e}gpj.exe\\u{2066}\\u{200f}\\u{e0041}');
  });
  test('letters of every script stay, with the joiners that some need', () => {
    for (const text of ['Ünïcödé', '日本語', 'שלום', 'می\u200cخواهم', '👩\u200d🚀'])
      expect(terminalText(text)).toBe(text);
  });
  test('a line feed in a name begins no line', () => {
    const error = new InvalidInputError('a.b', 'a\nisopress: done does not exist.', { path: 'a\nisopress: done' });
    expect(errorLines(error)).toEqual(['isopress: a\\nisopress: done does not exist. [a.b]']);
  });
  test('errors of tools are escaped line by line', () => {
    const error = new ToolError('tool.failed', 'It failed. Its last words:\n  \u001b]0;owned\u0007', {
      path: 'a\u202eb',
    });
    expect(errorLines(error)).toEqual([
      'isopress: a\\u{202e}b: It failed. Its last words:',
      '  \\x1b]0;owned\\x07 [tool.failed]',
    ]);
  });
});

describe('numbers', () => {
  test('sizes are binary', () => {
    expect([parseSize('4096'), parseSize('1M'), parseSize('2GiB'), parseSize('128k')]).toEqual([
      4096,
      2 ** 20,
      2 ** 31,
      131072,
    ]);
    for (const bad of ['', ' 5', '5 ', '5  M', '-1', '1.5M', '1X', '99999999T']) expect(() => parseSize(bad)).toThrow();
  });
  test('serials', () => {
    expect([parseHex32('1a2b-3c4d'), parseHex32('0x1A2B3C4D'), parseHex32('ff')]).toEqual([
      0x1a2b3c4d, 0x1a2b3c4d, 0xff,
    ]);
    expect(() => parseHex32('xyz')).toThrow();
  });
  test('shown', () => {
    expect([showBytes(512), showBytes(1536), showBytes(3 * 2 ** 30)]).toEqual(['512 bytes', '1.5 KiB', '3.0 GiB']);
    expect([showDuration(400), showDuration(125_000)]).toEqual(['0.4 s', '2 min 05 s']);
  });
});

test('plain data: typed arrays by length, maps as objects', () => {
  const data = jsonData({ table: new Uint32Array(3), map: new Map([['a', 1n]]), list: [{ lba: 1 }], gone: undefined });
  expect(JSON.parse(JSON.stringify(data))).toEqual({ table: { length: 3 }, map: { a: '1' }, list: [{ lba: 1 }] });
  expect(textLines(data)).toEqual(['table: length 3', 'map: a 1', 'list:', '  - lba 1']);
});
