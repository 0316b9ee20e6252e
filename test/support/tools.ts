// Judges that must succeed, and images that are mounted for a look.
import { mkdirSync } from 'node:fs';
import { judge } from './oracle.js';

/** Runs a tool; its standard output. Throws where it fails. */
export function succeed(tool: string, args: readonly string[], cwd?: string): string {
  const { status, stdout, stderr } = judge(tool, args, cwd === undefined ? {} : { cwd });
  if (status !== 0) throw new Error(`${tool} ${args.join(' ')} ended with ${status}: ${stderr}`);
  return stdout;
}

/** Runs `look` while the image is mounted read-only. */
export function mounted<T>(image: string, at: string, look: () => T): T {
  mkdirSync(at, { recursive: true });
  succeed('mount', ['-o', 'loop,ro', image, at]);
  try {
    return look();
  } finally {
    unmount(at);
  }
}

const PATIENCE_MS = 30_000;
const POLL_MS = 200;

/** The kernel may let go of an image inside a moment after it is unmounted, and keeps the outer one busy so long. */
function unmount(at: string): void {
  for (let waited = 0; waited < PATIENCE_MS; waited += POLL_MS) {
    const { status, stderr } = judge('umount', [at]);
    if (status === 0) return;
    if (!stderr.includes('busy')) break;
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, POLL_MS);
  }
  succeed('umount', [at]);
}
