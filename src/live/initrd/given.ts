// An initrd that was made elsewhere.

import { stat } from 'node:fs/promises';
import { fromText } from '../../bytes/index.js';
import { fileContent, sourceError } from '../../io/index.js';
import type { ObtainedInitrd } from './obtain.js';

export async function givenInitrd(path: string): Promise<ObtainedInitrd> {
  const name = fromText(path);
  const { size } = await stat(path).catch((error) => {
    throw sourceError(name, error);
  });
  const report = { size, unpackedSize: undefined, compression: undefined, cached: false, modules: [] };
  return { content: fileContent(name, size), report: () => ({ ...report, madeBy: 'given' }) };
}
