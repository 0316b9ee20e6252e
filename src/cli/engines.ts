// Which engines this installation runs, and why not the others: for --version and reports.

import { chooseCompression } from '../compress/index.js';
import { loadNative } from '../native/index.js';

export function engineSummary(): string {
  const { addon, reason } = loadNative();
  const native = addon ? `native engine ${addon.version()}` : `portable engine (no native engine: ${reason})`;
  const codecs = addon ? (['gzip', 'xz', 'zstd', 'lz4', 'lzo'] as const) : (['gzip'] as const);
  const engines = codecs.map((name) => `${name} by ${chooseCompression({ name }).engine}`);
  return [native, ...engines, `node ${process.version}`].join('\n');
}
