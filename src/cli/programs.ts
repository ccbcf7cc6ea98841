import { type Command, type CommandRow, command } from './command.ts';
import { EXIT } from './exit-status.ts';
import { flag, noOperands, type Option } from './options.ts';

/** A program that bin/birddog starts by itself. The CLI only describes it and rejects its invalid arguments. */
interface Program {
  readonly name: string;
  readonly summary: string;
  readonly description: string;
  readonly examples: readonly string[];
  readonly options?: readonly Option<unknown>[];
  readonly settings: string;
  readonly statuses: CommandRow<undefined>['statuses'];
}

const NOT_STARTED =
  'it could not start: a port, a file or the ledger is unavailable, or Node.js is missing or too old';
const WRONG_SETTING = 'a setting is invalid; the log lists each fault';

const ROWS: readonly Program[] = [
  {
    name: 'serve',
    summary: 'Run the HTTP server (main container); restart it in place when its event loop hangs',
    description:
      'Run the HTTP server of the main container in the foreground. It prints "ready URL" when it accepts requests. SIGTERM stops it after the requests in progress. If its event loop hangs for 10 s, it is restarted in place; BIRDDOG_ONCE=true turns that off.',
    examples: ['birddog serve'],
    settings: 'docs/configuration.md#birddog-serve',
    statuses: {
      done: 'it was stopped',
      failed: 'it could not stop in time, or it failed',
      unavailable: NOT_STARTED,
      settings: WRONG_SETTING,
    },
  },
  {
    name: 'sidecar',
    summary: 'Serve unlisted applications (second container); restart in place after a failure or a hang',
    description:
      'Run the sidecar, which serves the applications that not all catalogs list, in the foreground. Only the main container connects to it. It is restarted in place after a failure or a hang; BIRDDOG_ONCE=true turns that off. SIGTERM stops it.',
    examples: ['birddog sidecar'],
    settings: 'docs/configuration.md#birddog-sidecar',
    statuses: {
      done: 'it was stopped',
      failed: 'it could not stop in time, or it failed',
      unavailable: NOT_STARTED,
      settings: WRONG_SETTING,
    },
  },
  {
    name: 'init',
    summary: "Read the keys from Vault and issue the pod's certificates (init container)",
    description:
      'Read the keys from Vault, issue the certificates of both containers, write one folder of files for each container, and exit (init container). docs/vault.md describes it, and lists the exit statuses from 10 to 42 that name a failure of Vault.',
    examples: ['birddog init', 'birddog init --watch', 'birddog init --certificates --watch'],
    options: [
      flag('watch', 'keep running: write changed keys and renew the certificates (third container)'),
      flag('certificates', 'issue only the certificates, without Vault'),
    ],
    settings: 'docs/configuration.md#birddog-init',
    statuses: {
      done: 'the files were written, or --watch was stopped',
      failed: 'an unexpected error occurred; any other status from 10 to 42 names a failure of Vault',
      unavailable: NOT_STARTED,
      settings: WRONG_SETTING,
    },
  },
  {
    name: 'sandbox',
    summary: 'Run all of these on this machine, against emulators',
    description:
      'Run both servers on this machine, with emulators of Datadog, Vault and the catalogs. It prints "ready URL" when everything is up. Ctrl-C stops everything. DATADOG_SITE, DATADOG_API_KEY and DATADOG_APP_KEY together select a real Datadog organisation instead of the emulator. It is part of a checkout only.',
    examples: ['birddog sandbox', 'BIRDDOG_PORT=0 birddog sandbox'],
    settings: 'README.md#try-it',
    statuses: {
      done: 'it was stopped',
      failed: 'a setting is invalid, or a process failed',
      unavailable: 'it is not part of this installation, or Node.js is missing or too old',
    },
  },
];

/** The programs that bin/birddog starts by itself, in the order of the help. */
export const PROGRAMS: readonly Command[] = ROWS.map(
  ({ name, summary, description, examples, options = [], settings, statuses }) =>
    command({
      name,
      summary,
      description: `${description} Its settings are environment variables: see ${settings}.`,
      examples,
      options,
      operands: noOperands(`${name} takes no arguments but options; its settings are environment variables`),
      statuses,
      run(_args, io) {
        io.err(`birddog ${name}: this file contains only the CLI; use bin/birddog\n`);
        return EXIT.unavailable;
      },
    }),
);
