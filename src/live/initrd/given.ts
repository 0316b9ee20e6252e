// An initrd that was made elsewhere.

import { stat } from 'node:fs/promises';
import { fromText } from '../../bytes/index.js';
import { type ExactContent, fileContent, sourceError } from '../../io/index.js';
import type { ObtainedInitrd } from './obtain.js';

/** Its report is known at once. */
export async function givenInitrd(path: string): Promise<ObtainedInitrd & { readonly content: ExactContent }> {
  const name = fromText(path);
  const { size } = await stat(path).catch((error) => {
    throw sourceError(name, error);
  });
  const report = { size, unpackedSize: undefined, compression: undefined, cached: false, modules: [] };
  return { content: fileContent(name, size), report: () => ({ ...report, madeBy: 'given' }) };
}
