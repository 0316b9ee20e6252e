// Made by "npm run build:wasm": facts of codecs.wasm that are needed before it is loaded.

/** SHA-256 of the module. */
export const SHA256 = '972f165b3e1241982b9110ad7060f74af88473981c0ae4553ae1550347c5daca';

/** The codecs of the core in its order, with the library of each and its version. */
export const LIBRARIES = {
  gzip: 'libdeflate@1.26',
  xz: 'liblzma@5.8.4',
  zstd: 'libzstd@1.5.7',
  lz4: 'liblz4@1.10.0',
  lzo: 'lzo1x@1',
  'gzip-part': 'libdeflate@1.26',
  'zstd-part': 'libzstd@1.5.7',
  'cluster-lz4': 'liblz4@1.10.0',
  'cluster-lzma': 'liblzma@5.8.4',
  'cluster-deflate': 'libdeflate@1.26',
  'cluster-zstd': 'libzstd@1.5.7',
} as const;

/** The stream formats of the core in its order. */
export const STREAMS = ['xz', 'lzma', 'zstd', 'lz4'] as const;
