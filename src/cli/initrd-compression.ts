// --initrd-compression NAME[:LEVEL], made from the table of compressed files.

import { type Command, InvalidArgumentError, Option } from 'commander';
import { CONTAINERS } from '../compress/option-values.js';
import type { InitrdCompressionRequest } from '../live/index.js';

const NAMES: readonly string[] = [...CONTAINERS.map(({ name }) => name), 'none'];

/** Adds the option. */
export function addInitrdCompression(command: Command): void {
  const levels = CONTAINERS.flatMap(({ name, levels: scale }) =>
    scale ? [`${name} ${scale.least}${scale.least < 0 ? ' to ' : '-'}${scale.most} (default ${scale.usual})`] : [],
  );
  command.addOption(
    new Option(
      '--initrd-compression <name>',
      `compression of the initrd: ${NAMES.join(', ')}, with a level as NAME:LEVEL; ${levels.join(', ')} (default: from dracut's configuration, else gzip; xz for older descriptions)`,
    ).argParser(parseCompression),
  );
}

function parseCompression(text: string): InitrdCompressionRequest {
  const [, name, level] = /^(\w+)(?::(-?\d{1,2}))?$/.exec(text) ?? [];
  if (name === undefined || !NAMES.includes(name)) {
    throw new InvalidArgumentError(`Give ${NAMES.join(', ')}, and after a colon a level: zstd:19.`);
  }
  const known = name as InitrdCompressionRequest['name'];
  return level === undefined ? { name: known } : { name: known, level: Number(level) };
}
