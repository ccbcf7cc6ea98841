import type { Operands, Option } from '../options.ts';

/** What the completion of a command needs of it. */
interface Completed {
  readonly name: string;
  readonly summary: string;
  /** Every option, `--help` included. */
  readonly options: readonly Option<unknown>[];
  readonly operands: Pick<Operands<unknown>, 'words' | 'files'>;
}

/** The commands, and the options that stand in the place of a command. */
export interface Completions {
  readonly commands: readonly Completed[];
  readonly topOptions: readonly { readonly name: string; readonly help: string }[];
}

/** The shells that have a completion, with the function that prints its script. */
export const SHELLS: ReadonlyMap<string, (completions: Completions) => string> = new Map([
  ['bash', bashScript],
  ['zsh', zshScript],
  ['fish', fishScript],
]);

function bashScript({ commands, topOptions }: Completions): string {
  const names = commands.map(({ name }) => name);
  const first = ['help', ...names, ...topOptions.map(({ name }) => name)];
  const values = commands.flatMap(({ name, options }) =>
    options.flatMap((option) =>
      option.value === undefined
        ? []
        : [`      '${name} --${option.name}') words='${(option.words ?? []).join(' ')}' ;;\n`],
    ),
  );
  const optionsOf = commands.map(
    ({ name, options }) =>
      `          '${name} -'*) words='${options.map((option) => `--${option.name}`).join(' ')}' ;;\n`,
  );
  const operandsOf = [{ name: 'help', operands: { words: names } }, ...commands].flatMap(
    ({ name, operands: { words } }) =>
      words === undefined ? [] : [`          '${name} '*) words='${words.join(' ')}' ;;\n`],
  );
  return `# Completion of birddog for bash
_birddog() {
  local cur=\${COMP_WORDS[COMP_CWORD]} prev=\${COMP_WORDS[COMP_CWORD-1]} words=
  # Bash splits --name=value at the equals sign.
  if [ "$cur" = = ]; then
    cur=
  elif [ "$prev" = = ]; then
    prev=\${COMP_WORDS[COMP_CWORD-2]}
  fi
  if [ "$COMP_CWORD" -eq 1 ]; then
    words='${first.join(' ')}'
  else
    case "\${COMP_WORDS[1]} $prev" in
${values.join('')}      *)
        case "\${COMP_WORDS[1]} $cur" in
${optionsOf.join('')}${operandsOf.join('')}        esac
        ;;
    esac
  fi
  # Without a word, "-o default" completes file names.
  COMPREPLY=($(compgen -W "$words" -- "$cur"))
}
complete -o default -F _birddog birddog
`;
}

function zshScript({ commands, topOptions }: Completions): string {
  const described = [...commands.map(({ name, summary }) => ({ name, help: summary })), ...topOptions].map(
    ({ name, help }) => `    ${quotedForZsh(`${name}:${help}`)}\n`,
  );
  const cases = commands.map(({ name, options, operands }) => {
    const specifications = [...options.map(zshOption), ...zshOperands(operands)];
    const lines = specifications.map((each) => ` \\\n        ${quotedForZsh(each)}`);
    return `    ${name})\n      _arguments${lines.join('')}\n      ;;\n`;
  });
  return `#compdef birddog
# Completion of birddog for zsh
_birddog() {
  local -a commands
  commands=(
${described.join('')}  )
  if (( CURRENT == 2 )) || [[ $words[2] == help ]]; then
    _describe -t commands command commands
    return
  fi
  shift words
  (( CURRENT-- ))
  case $words[1] in
${cases.join('')}  esac
}
if [ "$funcstack[1]" = _birddog ]; then
  _birddog "$@"
else
  compdef _birddog birddog
fi
`;
}

function zshOption({ name, value, words, help }: Option<unknown>): string {
  const escaped = help.replace(/[[\]\\]/g, '\\$&');
  if (value === undefined) return `--${name}[${escaped}]`;
  const action = words ? `(${words.join(' ')})` : value === 'FILE' ? '_files' : ' ';
  return `--${name}=[${escaped}]:${value.replace(/:/g, '\\:')}:${action}`;
}

function zshOperands({ words, files }: Completed['operands']): string[] {
  if (words) return [`1:argument:(${words.join(' ')})`];
  return files ? ['*:file:_files'] : [];
}

function quotedForZsh(text: string): string {
  return `'${text.replaceAll("'", String.raw`'\''`)}'`;
}

function fishScript({ commands, topOptions }: Completions): string {
  const first = [
    ...commands.map(({ name, summary }) => `-a ${name} -d ${quotedForFish(summary)}`),
    ...topOptions.map(({ name, help }) => `-l ${name.slice(2)} -d ${quotedForFish(help)}`),
  ].map((rest) => `complete -c birddog -n __fish_use_subcommand ${rest}\n`);
  const others = commands.flatMap(({ name, options, operands }) => {
    const lines = options.map(fishOption);
    if (operands.files) lines.push('-F');
    if (operands.words) lines.push(`-a '${operands.words.join(' ')}'`);
    return lines.map((rest) => `complete -c birddog -n '__fish_seen_subcommand_from ${name}' ${rest}\n`);
  });
  const names = commands.map(({ name }) => name).join(' ');
  return `# Completion of birddog for fish
complete -c birddog -f
${first.join('')}complete -c birddog -n '__fish_seen_subcommand_from help' -a '${names}'
${others.join('')}`;
}

function fishOption({ name, value, words, help }: Option<unknown>): string {
  const argument = words
    ? ` -x -a '${words.join(' ')}'`
    : value === undefined
      ? ''
      : value === 'FILE'
        ? ' -r -F'
        : ' -x';
  return `-l ${name}${argument} -d ${quotedForFish(help)}`;
}

function quotedForFish(text: string): string {
  return `'${text.replace(/[\\']/g, '\\$&')}'`;
}
