// Which engines this installation runs, and why not the others: for --version and reports.

import { chooseCompression, loadNative } from '../index.js';

export function engineSummary(): string {
  const { addon, reason } = loadNative();
  const native = addon ? `native engine ${addon.version()}` : `portable engine (no native engine: ${reason})`;
  return `${native}\ngzip by ${chooseCompression({ name: 'gzip' }).engine}\nnode ${process.version}`;
}
