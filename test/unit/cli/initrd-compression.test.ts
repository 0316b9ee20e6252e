// --initrd-compression as the command line takes it.
import { Command } from 'commander';
import { expect, test } from 'vitest';
import { addInitrdCompression } from '../../../src/cli/initrd-compression.js';

function parsed(...args: string[]): unknown {
  const command = new Command().exitOverride().configureOutput({ writeErr: () => {} });
  addInitrdCompression(command);
  return command.parse(args, { from: 'user' }).opts()['initrdCompression'];
}

test.each([
  ['gzip', { name: 'gzip' }],
  ['none', { name: 'none' }],
  ['zstd:19', { name: 'zstd', level: 19 }],
  ['zstd:-5', { name: 'zstd', level: -5 }],
  ['lzo', { name: 'lzo' }],
])('%s', (text, request) => {
  expect(parsed('--initrd-compression', text)).toEqual(request);
  expect(parsed(`--initrd-compression=${text}`)).toEqual(request);
});

test.each(['bzip2', 'zstd:', 'zstd:fast', ':3', 'zstd:19:2', ''])('"%s" is refused', (text) => {
  expect(() => parsed(`--initrd-compression=${text}`)).toThrow(/Give gzip, xz, zstd, lz4, lzo, none/);
});

test('a value is needed', () => {
  expect(() => parsed('--initrd-compression')).toThrow(/argument missing/);
  expect(parsed()).toBeUndefined();
});
