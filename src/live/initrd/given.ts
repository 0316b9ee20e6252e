// An initrd that was made elsewhere.

import { stat } from 'node:fs/promises';
import { fromText } from '../../bytes/index.js';
import { type ExactContent, fileContent, sourceError } from '../../io/index.js';

export async function givenInitrd(path: string): Promise<ExactContent> {
  const name = fromText(path);
  const { size } = await stat(path).catch((error) => {
    throw sourceError(name, error);
  });
  return fileContent(name, size);
}
