/** The exit statuses of every command. */
export const EXIT = {
  done: 0,
  failed: 1,
  differences: 2,
  usage: 64,
  unavailable: 69,
  settings: 78,
} as const;
export type Exit = (typeof EXIT)[keyof typeof EXIT];

/** The meaning of each exit status of the CLI's commands. The help of a command says what it means there. */
export const EXIT_MEANINGS: Readonly<Record<keyof typeof EXIT, string>> = {
  done: 'done, or there was nothing to do',
  failed: 'an error was found, or the command failed',
  differences: 'there are differences, or the user answered no',
  usage: 'the arguments are invalid',
  unavailable: 'Birddog did not answer, or a part of it is unavailable; or Node.js is missing or too old',
  settings: 'a setting is invalid',
};

/** The meaning of each exit status of `serve`, `sidecar`, `init`, `sandbox` and their launcher. */
export const PROGRAM_MEANINGS: Readonly<Partial<Record<keyof typeof EXIT, string>>> = {
  done: 'it was stopped, or `init` wrote its files',
  failed: 'it failed, or it could not stop in time',
  usage: 'the command is unknown, or the arguments are invalid',
  unavailable:
    'it could not start: Node.js, the program, a port, a file or the ledger is missing or unavailable',
  settings: 'a setting is invalid; the log lists each fault',
};

/** From the worst to the best. */
const ORDER: readonly Exit[] = [
  EXIT.settings,
  EXIT.usage,
  EXIT.failed,
  EXIT.unavailable,
  EXIT.differences,
  EXIT.done,
];

/** Returns the worst of several exit statuses: a failure before differences, differences before success. */
export function worst(statuses: readonly Exit[]): Exit {
  return ORDER.find((status) => statuses.includes(status)) ?? EXIT.done;
}
