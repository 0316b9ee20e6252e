// Compression in the spelling of mkfs.erofs: `lz4hc`, `lz4hc,12`, `zstd,level=8`, `lzma,level=6,dictsize=65536`.

import { CLUSTER_CODECS, type ClusterCodecName, type ClusterRequest } from '../../compress/index.js';
import { BadValue, binarySize, wholeNumber } from '../../options/index.js';

/** Reads the value of `-z`, which KIWI calls `erofscompression`. Throws {@link BadValue}. */
export function parseMkfsErofsCompression(text: string): ClusterRequest {
  if (text.includes(':')) throw new BadValue('one compression: every file is compressed alike');
  const [word = '', ...settings] = text.split(',');
  const request: { name: ClusterCodecName; level?: number; dictionarySize?: number } = { name: codecOf(word) };
  for (const setting of settings) {
    const [key, value] = setting.includes('=') ? setting.split('=', 2) : ['level', setting];
    if (key === 'level') request.level = wholeNumber(value!);
    else if (key === 'dictsize') request.dictionarySize = binarySize(value!);
    else throw new BadValue('a compression with level and dictsize');
  }
  return request;
}

/** mkfs.erofs has two libraries for deflate, with the same format. */
function codecOf(word: string): ClusterCodecName {
  const name = word === 'libdeflate' ? 'deflate' : word;
  const codec = CLUSTER_CODECS.find((one) => one.name === name);
  if (!codec) throw new BadValue(`one of ${CLUSTER_CODECS.map((one) => one.name).join(', ')}`);
  return codec.name;
}
