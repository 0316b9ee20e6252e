// The record of all results under KIWI's keys: what `kiwi-ng result bundle` and its like read.

/** One result, with what bundling does to it. The keys of the record are KIWI's. */
export interface ResultFile {
  /** Absolute path. */
  readonly filename: string;
  readonly use_for_bundle: boolean;
  readonly compress: boolean;
  readonly shasum: boolean;
}

export type ResultKey = 'live_image' | 'image_packages' | 'image_verified' | 'bundle_format';

export type Results = Partial<Record<ResultKey, ResultFile | { readonly pattern: string }>>;

/** Keys sorted, four blanks of indentation, one line feed at the end: as `kiwi.result.json`. */
export function renderResults(results: Results): string {
  const sorted = Object.fromEntries(Object.entries(results).sort(([a], [b]) => (a < b ? -1 : 1)));
  return `${JSON.stringify(sorted, null, 4)}\n`;
}
