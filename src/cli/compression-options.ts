// The options of commands that compress, made from the table of codecs: the same for every command.

import { type Command, InvalidArgumentError, Option } from 'commander';
import type { Codec, CompressionName, CompressionRequest, Setting, SettingValue } from '../compress/index.js';
import { CODECS } from '../compress/option-values.js';
import { parseInteger, parseSize } from './units.js';

/** Parsed values of the options; absent if not given. Settings of codecs have the same level, read by {@link compressionSettings}. */
export interface CompressionOptions {
  readonly compression?: CompressionName;
  readonly level?: Pick<CompressionRequest, 'level' | 'extreme'>;
}

/** A setting that has an option. */
type Shown = Setting & Required<Pick<Setting, 'option'>>;

const SETTINGS: readonly { readonly codec: string; readonly setting: Shown }[] = CODECS.flatMap(({ name, settings }) =>
  settings.filter(hasOption).map((setting) => ({ codec: name, setting })),
);

/** Adds the options. `usual` says what is compressed, and which compression and filters are the default. */
export function addCompressionOptions(
  command: Command,
  usual: { readonly what: string; readonly name: string; readonly bcj: string },
): Command {
  const names: readonly CompressionName[] = [...CODECS.map(({ name }) => name), 'none'];
  const help = CODECS.filter(({ levels }) => levels).map(levelHelp);
  command
    .addOption(new Option('-c, --compression <name>', `${usual.what} (default: ${usual.name})`).choices(names))
    .addOption(new Option('--level <n>', help.join(', ')).argParser(parseLevel));
  for (const { codec, setting } of SETTINGS) {
    const { option, key, value } = setting;
    const stated = key === 'bcj' ? usual.bcj : setting.usual;
    command.addOption(
      new Option(`--${option.name} <${option.value}>`, `${codec}: ${setting.help} (default: ${stated})`).argParser(
        parserOf(value),
      ),
    );
  }
  return command;
}

/** The request without the codec and the engine. */
export function compressionSettings(options: CompressionOptions): Omit<CompressionRequest, 'name' | 'engine'> {
  const values = options as unknown as Readonly<Record<string, unknown>>;
  const given = SETTINGS.flatMap(({ setting: { key, option } }) => {
    const value = values[camelCase(option.name)];
    return value === undefined ? [] : [[key, value]];
  });
  return { ...options.level, ...Object.fromEntries(given) };
}

function hasOption(setting: Setting): setting is Shown {
  return setting.option !== undefined;
}

/** `zstd -7 to 22 (default 15)`. */
function levelHelp({ name, levels, levelsNote = '' }: Codec): string {
  const { least, most, usual } = levels!;
  return `${name} ${least < 0 ? `${least} to ` : `${least}-`}${most} (default ${usual}${levelsNote})`;
}

/** As commander names the value of an option. */
function camelCase(option: string): string {
  return option.replace(/-(.)/g, (_, letter: string) => letter.toUpperCase());
}

/** `6`, or `9e` for the extreme variant of xz. */
function parseLevel(text: string): CompressionOptions['level'] {
  const match = /^(-?\d{1,2})(e?)$/.exec(text);
  if (!match) throw new InvalidArgumentError('Give a whole number, followed by an e for the extreme levels of xz.');
  return { level: Number(match[1]), ...(match[2] ? { extreme: true } : {}) };
}

function parserOf(value: SettingValue): (text: string) => unknown {
  switch (value.kind) {
    case 'integer':
      return parseInteger(value.least, value.most);
    case 'size':
      return parseSize;
    case 'names':
      return (text) => (Object.hasOwn(value.words, text) ? value.words[text] : parseNames(text, value));
    case 'switch':
      return () => true;
  }
}

/** Names of a list, separated by commas. */
function parseNames(text: string, { names: known, words }: SettingValue & { kind: 'names' }): readonly string[] {
  const names = text.split(',');
  const unknown = names.find((name) => !known.includes(name));
  if (unknown === undefined) return names;
  throw new InvalidArgumentError(`"${unknown}" is not one of ${[...Object.keys(words), ...known].join(', ')}.`);
}
