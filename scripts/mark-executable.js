// npm links the command; a checkout runs it directly, which needs the mode bit that tsc does not set.
import { chmodSync, existsSync } from 'node:fs';

const main = new URL('../dist/cli/main.js', import.meta.url);
if (existsSync(main)) chmodSync(main, 0o755);
