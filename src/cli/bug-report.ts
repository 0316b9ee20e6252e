// The stack of a bug, for its report. The command is bundled without source maps, which would make the package a fifth larger: its
// chunks name their modules in comments instead, and a frame is followed by the module that it is in.

import { readFileSync } from 'node:fs';

const FRAME = /(file:\/\/[^\s()]+\.js):(\d+):\d+\)?$/;
/** As the bundler writes it above each module: of the source tree, or of a package. */
const MODULE = /^\/\/ (?:dist\/(\S+)\.js|(node_modules\/\S+))$/;

/** A stack with the module after each frame that is in a chunk. */
export function namedFrames(stack: string): string {
  const chunks = new Map<string, readonly string[]>();
  const linesOf = (url: string) => {
    const lines = chunks.get(url) ?? readLines(url);
    chunks.set(url, lines);
    return lines;
  };
  return stack
    .split('\n')
    .map((frame) => {
      const [, url, line] = FRAME.exec(frame) ?? [];
      const above = url === undefined ? [] : linesOf(url).slice(0, Number(line));
      const [, own, ofPackage] = MODULE.exec(above.findLast((text) => MODULE.test(text)) ?? '') ?? [];
      const name = own === undefined ? ofPackage : `src/${own}.ts`;
      return name === undefined ? frame : `${frame} in ${name}`;
    })
    .join('\n');
}

/** None for a file that cannot be read: the stack is then shown as it is. */
function readLines(url: string): readonly string[] {
  try {
    return readFileSync(new URL(url), 'utf8').split('\n');
  } catch {
    return [];
  }
}
