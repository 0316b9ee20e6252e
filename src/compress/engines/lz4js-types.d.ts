/** The used parts of lz4js, which has no types. */
declare module 'lz4js' {
  const lz4: {
    compressBound(length: number): number;
    /** Returns the bytes written, 0 when nothing was found to compress. `table` must be all zeros. */
    compressBlock(source: Uint8Array, target: Uint8Array, at: number, length: number, table: Uint32Array): number;
    /** Returns the bytes written. Checks nothing. */
    decompressBlock(source: Uint8Array, target: Uint8Array, at: number, length: number, into: number): number;
  };
  export default lz4;
}
