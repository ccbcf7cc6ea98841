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

Makes a token for a robot, and the entry that lets it in: put the entry into the file that BIRDDOG_TOKENS names, and
give the token to the robot. It is shown this once; the file has nothing but its hash.

  --groups GROUP,...    the groups of the robot, as the access file names them
  --expires DATE|DAYSd  the last day, as in 2027-03-31, or a number of days, as in 30d (90d)
  --json                the same as JSON, for machines
  --help                says this
`;

/** `birddog token`: gives the exit status. `now` in epoch milliseconds. */
export function tokenCommand(
  args: readonly string[],
  { out, err }: Pick<Streams, 'out' | 'err'>,
  now: number,
): number {
  try {
    const { values, positionals } = parsed(args);
    if (values.help) {
      out(USAGE);
      return STATUS.well;
    }
    const [name, ...more] = positionals;
    if (!isName(name) || more.length > 0)
      throw new UsageError('one name is needed, of at most 200 characters');
    const groups = values.groups.split(',').map((group) => group.trim());
    if (!groups.every(isName)) throw new UsageError('--groups names the groups, comma-separated');
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
      out(`The token, shown this once:\n\n  ${token.reveal()}\n\nThe entry for the tokens file:\n\n${yaml}`);
    return STATUS.well;
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    err(`birddog token: ${visible(error.message)}\n\n${USAGE}`);
    return STATUS.notDone;
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

/** The day on which the token is good for the last time. */
function lastDay(text: string, now: number): string {
  const days = /^(\d{1,4})d$/.exec(text)?.[1];
  const day = days === undefined ? text : new Date(now + Number(days) * DAY_MS).toISOString().slice(0, 10);
  const end = endOfValidity(day);
  if (end === undefined) throw new UsageError(`--expires is a date or a number of days, not "${text}"`);
  if (end <= now) throw new UsageError(`--expires is in the past: ${text}`);
  return day;
}
