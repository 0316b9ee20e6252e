// The SHA-256 of contents and of files.

import { stat } from 'node:fs/promises';
import { fromText } from '../../bytes/index.js';
import { asBytes, createDigest, type ExactContent, fileContent, type Run, sourceError } from '../../io/index.js';

/** Hexadecimal; holes count as zeros. */
export async function sha256Of(content: ExactContent, run: Run): Promise<string> {
  const digest = createDigest('sha256');
  for await (const bytes of asBytes(content.pieces(run), run)) digest.update(bytes);
  return digest.hex();
}

/** The same of a file. */
export async function sha256OfFile(path: string, run: Run): Promise<string> {
  const name = fromText(path);
  const { size } = await stat(path).catch((error) => {
    throw sourceError(name, error);
  });
  return sha256Of(fileContent(name, size), run);
}
