import { parseArgs } from 'node:util';
import { endOfValidity, hashOf, makeToken } from '../../auth/tokens-file.ts';
import { isName } from '../../domain/caller.ts';
import { printYaml } from '../../format/encode-yaml.ts';
import type { Streams } from './command.ts';
import { STATUS } from './lint.ts';
import { UsageError } from './read-options.ts';
import { visible } from '../print/visible.ts';

const DAY_MS = 86_400_000;

const USAGE = `usage: birddog token --groups GROUP[,GROUP...] [--expires DATE|DAYSd] NAME

Create a token for a pipeline or service. Add the printed entry to the file that BIRDDOG_TOKENS names, and give the token
to the pipeline or service. The token is shown only once; the file stores only its hash.

  --groups GROUP,...    groups of the caller, as the access file names them (required)
  --expires DATE|DAYSd  last valid day, such as 2027-03-31, or a number of days, such as 30d (default: 90d)
  --json                print JSON
  --help                show this help
`;

/** Runs `birddog token` and returns the exit status. `now` is in epoch milliseconds. */
export function tokenCommand(
  args: readonly string[],
  { out, err }: Pick<Streams, 'out' | 'err'>,
  now: number,
): number {
  try {
    const { values, positionals } = parsed(args);
    if (values.help) {
      out(USAGE);
      return STATUS.success;
    }
    const [name, ...more] = positionals;
    if (!isName(name) || more.length > 0)
      throw new UsageError('exactly one name of at most 200 characters is required');
    const groups = values.groups.split(',').map((group) => group.trim());
    if (!groups.every(isName)) throw new UsageError('--groups is required: a comma-separated list of groups');
    const token = makeToken();
    const entry = {
      name,
      sha256: hashOf(token).toString('hex'),
      expires: lastDay(values.expires, now),
      groups,
    };
    const yaml = printYaml([entry]).replace(/^(?=.)/gm, '  ');
    if (values.json) out(`${JSON.stringify({ token: token.reveal(), entry })}\n`);
    else
      out(`The token (shown only once):\n\n  ${token.reveal()}\n\nThe entry for the tokens file:\n\n${yaml}`);
    return STATUS.success;
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    err(`birddog token: ${visible(error.message)}\n\n${USAGE}`);
    return STATUS.failed;
  }
}

function parsed(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        groups: { type: 'string', default: '' },
        expires: { type: 'string', default: '90d' },
        json: { type: 'boolean', default: false },
        help: { type: 'boolean', short: 'h', default: false },
      },
    });
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}

/** Returns the last day on which the token is valid. */
function lastDay(text: string, now: number): string {
  const days = /^(\d{1,4})d$/.exec(text)?.[1];
  const day = days === undefined ? text : new Date(now + Number(days) * DAY_MS).toISOString().slice(0, 10);
  const end = endOfValidity(day);
  if (end === undefined) throw new UsageError(`--expires must be a date or a number of days, not "${text}"`);
  if (end <= now) throw new UsageError(`--expires is in the past: ${text}`);
  return day;
}
