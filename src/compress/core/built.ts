// Made by "npm run build:wasm": facts of codecs.wasm that are needed before it is loaded.

/** SHA-256 of the module. */
export const SHA256 = 'e71394c75fbd454a5a37f07ab6cf4775d68fcffe7cd8f6d2fce98c6713286966';

/** The codecs of the core in its order, with the library of each and its version. */
export const LIBRARIES = {
  gzip: 'libdeflate@1.26',
  xz: 'liblzma@5.8.4',
  zstd: 'libzstd@1.5.7',
  lz4: 'liblz4@1.10.0',
  lzo: 'lzo1x@1',
} as const;

/** The stream formats of the core in its order. */
export const STREAMS = ['xz', 'lzma', 'zstd', 'lz4'] as const;
