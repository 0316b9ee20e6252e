// The change logs of Debian packages in /usr/share/doc.

import { byteStringOf, concatBytes, lossyText } from '../../bytes/index.js';
import { unpackStream } from '../../compress/index.js';
import { asBytes, type Run } from '../../io/index.js';
import { type FileTree, glob } from '../../tree/index.js';

const PATTERN = '/usr/share/doc/*/changelog.Debian.gz';
/** No change log is larger; a file that unpacks to more is an attack. */
const LARGEST = 256 * 1024 * 1024;

/** For each package `name|` and a line feed, then its change log, unchanged. */
export async function dpkgChanges(root: FileTree, run: Run): Promise<string> {
  const parts: string[] = [];
  for (const { path, node } of glob(root, PATTERN)) {
    if (node.kind !== 'file') continue;
    const chunks: Uint8Array[] = [];
    for await (const chunk of unpackStream('gzip', asBytes(node.content.pieces(run), run), LARGEST))
      chunks.push(new Uint8Array(chunk));
    const name = path.split('/').at(-2)!;
    parts.push(`${name}|\n${lossyText(byteStringOf(concatBytes(chunks)))}`);
  }
  return parts.join('');
}
