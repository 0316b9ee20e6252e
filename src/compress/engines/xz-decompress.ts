// xz by the package xz-decompress: one stream without filters, dictionaries up to 64 MiB.

/** The bytes of a file, at most `limit`. */
export async function xzDecode(block: Uint8Array, limit: number): Promise<Uint8Array> {
  const loaded = await import('xz-decompress');
  // A CommonJS module: Node finds its names below `default` only.
  const { XzReadableStream } = 'default' in loaded ? (loaded.default as typeof loaded) : loaded;
  const source = new ReadableStream<Uint8Array>({
    start(controller) {
      controller.enqueue(block.slice());
      controller.close();
    },
  });
  const reader = new XzReadableStream(source).getReader();
  const output = new Uint8Array(limit);
  let length = 0;
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return output.subarray(0, length);
      if (length + value.length > limit) throw new Error('it is longer than its limit');
      output.set(value, length);
      length += value.length;
    }
  } finally {
    await reader.cancel().catch(() => {});
  }
}
