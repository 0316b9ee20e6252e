// Loaded into a process before its program (`node --import`): ends the process, as kill -9 does, before the step KILL_AT of its work on
// files: writes, changes of size, and waits for the medium.
import { open } from 'node:fs/promises';

const probe = await open(process.execPath);
const prototype = Object.getPrototypeOf(probe);
await probe.close();
let left = Number(process.env['KILL_AT']);
for (const name of ['write', 'truncate', 'sync']) {
  const original = prototype[name];
  prototype[name] = function (...given) {
    if (--left === 0) process.kill(process.pid, 'SIGKILL');
    return original.apply(this, given);
  };
}
