// Tar archives made header by header, sound or not.
import { fromText } from '../../src/bytes/text.js';
import { ustarHeader } from '../../src/source/tar/header.js';

export interface Given {
  readonly name: string;
  readonly type?: string;
  readonly link?: string;
  readonly data?: string;
  readonly size?: number;
}

/** An archive with these headers, each with its checksum. */
export function archive(...entries: readonly Given[]): Uint8Array {
  const blocks = entries.map(({ name, type = '0', link = '', data = '', size }) => {
    const header = ustarHeader.encode({
      ...{ name: fromText(name), mode: 0o644, uid: 1, gid: 2, mtime: 3, checksum: 0 },
      ...{ size: size ?? data.length, type: type.charCodeAt(0), linkName: fromText(link) },
      ...{ magic: fromText('ustar\x0000') },
      ...{ major: 0, minor: 0, prefix: fromText('') },
    });
    header.fill(0x20, 148, 156);
    const sum = header.reduce((total, byte) => total + byte, 0);
    header.set(new TextEncoder().encode(`${sum.toString(8).padStart(6, '0')}\0 `), 148);
    const padded = new Uint8Array(Math.ceil(data.length / 512) * 512);
    padded.set(new TextEncoder().encode(data));
    return Buffer.concat([header, padded]);
  });
  return Buffer.concat([...blocks, new Uint8Array(1024)]);
}

/** A record of an extended header. */
export function record(key: string, value: string): string {
  const rest = ` ${key}=${value}\n`;
  let length = rest.length + 1;
  while (String(length).length + rest.length !== length) length++;
  return `${length}${rest}`;
}
