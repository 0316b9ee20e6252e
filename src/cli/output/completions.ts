// Completion scripts for shells, made of the rows of the commands.

import type { Command, Option } from 'commander';

export const SHELLS = ['bash', 'zsh', 'fish'] as const;
export type Shell = (typeof SHELLS)[number];

/** The script for a shell; `commands` with all their options. */
export function completionScript(shell: Shell, commands: readonly Command[]): string {
  return { bash: bashScript, zsh: zshScript, fish: fishScript }[shell](commands);
}

const shown = ({ options }: Command) => options.filter(({ hidden, long }) => !hidden && long);
const takesValue = ({ required, optional }: Option) => required || optional;
const flagsOf = ({ long, short }: Option) => [long, short].filter((flag) => flag !== undefined);
const choicesOf = ({ argChoices = [] }: Option) => argChoices.join(' ');

/** One word for a shell, in quotes that nothing leaves. */
function quoted(text: string): string {
  return `'${text.replace(/'/g, `'\\''`)}'`;
}

function bashScript(commands: readonly Command[]): string {
  const values = commands.flatMap((command) =>
    shown(command)
      .filter((option) => choicesOf(option) !== '')
      .map((option) => {
        const words = flagsOf(option).map((flag) => `${command.name()}:${flag}`);
        return `    ${words.join('|')}) COMPREPLY=($(compgen -W ${quoted(choicesOf(option))} -- "$cur")); return ;;`;
      }),
  );
  const options = commands.map((command) => {
    const flags = [...shown(command).flatMap(flagsOf), '--help'].join(' ');
    return `    ${command.name()}) options=${quoted(flags)} ;;`;
  });
  return `# bash completion for isopress
_isopress() {
  local cur=\${COMP_WORDS[COMP_CWORD]} prev=\${COMP_WORDS[COMP_CWORD - 1]} command=\${COMP_WORDS[1]} options=
  if [ "$COMP_CWORD" = 1 ]; then
    COMPREPLY=($(compgen -W ${quoted(commands.map((command) => command.name()).join(' '))} -- "$cur"))
    return
  fi
  case $command:$prev in
${values.join('\n')}
  esac
  case $command in
${options.join('\n')}
  esac
  case $cur in
    -*) COMPREPLY=($(compgen -W "$options" -- "$cur")) ;;
    *) COMPREPLY=($(compgen -f -- "$cur")) ;;
  esac
}
complete -o filenames -F _isopress isopress
`;
}

function zshScript(commands: readonly Command[]): string {
  const text = (description: string) => description.replace(/[[\]:\\]/g, '\\$&');
  const rows = (command: Command) =>
    shown(command).map((option) => {
      const choices = choicesOf(option);
      const value = takesValue(option) ? `:value:${choices === '' ? '_files' : `(${choices})`}` : '';
      return `      ${quoted(`*${option.long}[${text(option.description)}]${value}`)} \\`;
    });
  const cases = commands.map(
    (command) => `    ${command.name()})
      _arguments \\
${rows(command).join('\n')}
      '*:file:_files' ;;`,
  );
  return `#compdef isopress
_isopress() {
  local -a commands
  commands=(
${commands.map((command) => `    ${quoted(`${command.name()}:${text(command.description())}`)}`).join('\n')}
  )
  if (( CURRENT == 2 )); then
    _describe command commands
    return
  fi
  case $words[2] in
${cases.join('\n')}
  esac
}
compdef _isopress isopress
`;
}

function fishScript(commands: readonly Command[]): string {
  const rows = commands.flatMap((command) => {
    const name = command.name();
    const seen = `complete -c isopress -n '__fish_seen_subcommand_from ${name}'`;
    return [
      `complete -c isopress -n __fish_use_subcommand -f -a ${name} -d ${quoted(command.description())}`,
      ...shown(command).map((option) => {
        const short = option.short ? ` -s ${option.short.slice(1)}` : '';
        const choices = choicesOf(option);
        const value = takesValue(option) ? (choices === '' ? ' -r' : ` -x -a ${quoted(choices)}`) : '';
        return `${seen} -l ${option.long!.slice(2)}${short} -d ${quoted(option.description)}${value}`;
      }),
    ];
  });
  return `# fish completion for isopress\n${rows.join('\n')}\n`;
}
