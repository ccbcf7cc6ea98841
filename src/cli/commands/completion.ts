import { type Command, command } from '../command.ts';
import { EXIT } from '../exit-status.ts';
import { oneOf } from '../options.ts';
import { type Completions, SHELLS } from '../print/completion-scripts.ts';

/** Returns the command that prints completion scripts. `completions` returns what they complete, this command included. */
export function completionCommand(completions: () => Completions): Command {
  return command({
    name: 'completion',
    summary: 'Print a script that completes commands and options in bash, zsh or fish',
    description:
      'Print a script for a shell that completes the commands of birddog, their options, and the values of options that have a fixed set. Load it when the shell starts.',
    examples: [
      'source <(birddog completion bash)                # in ~/.bashrc',
      'source <(birddog completion zsh)                 # in ~/.zshrc, after compinit',
      'birddog completion fish > ~/.config/fish/completions/birddog.fish',
    ],
    options: [],
    operands: oneOf('shell', [...SHELLS.keys()]),
    statuses: { done: 'the script was printed' },
    run({ operands: shell }, { outExact }) {
      outExact(SHELLS.get(shell)?.(completions()) ?? '');
      return EXIT.done;
    },
  });
}
