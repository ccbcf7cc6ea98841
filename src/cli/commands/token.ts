import { expiryOf, hashToken, generateToken } from '../../auth/tokens-file.ts';
import { isName } from '../../domain/caller.ts';
import { printYaml } from '../../format/encode-yaml.ts';
import { command } from '../command.ts';
import { EXIT } from '../exit-status.ts';
import { flag, type Operands, type Option, textOption, UsageError } from '../options.ts';

const DAY_MS = 86_400_000;

const GROUPS: Option<readonly string[]> = {
  name: 'groups',
  value: 'GROUP,...',
  help: 'groups of the caller, as the access file names them (required)',
  read(text = '') {
    const groups = text.split(',').map((group) => group.trim());
    if (!groups.every(isName)) throw new UsageError('--groups is required: a comma-separated list of groups');
    return groups;
  },
};
const EXPIRES = textOption(
  'expires',
  'DATE|DAYSd',
  'last valid day, such as 2027-03-31, or a number of days, such as 30d (default: 90d)',
);
const JSON_OPTION = flag('json', 'print JSON');

const CALLER: Operands<string> = {
  usage: 'NAME',
  read([name, ...more]) {
    if (!isName(name) || more.length > 0)
      throw new UsageError('exactly one name of at most 200 characters is required');
    return name;
  },
};

export const tokenCommand = command({
  name: 'token',
  summary: 'Create a token for a pipeline or service, and its entry for the tokens file',
  description:
    'Create a token for a pipeline or service. Add the printed entry to the tokens file (BIRDDOG_TOKENS), and give the token to the pipeline or service. The token is shown only once; the tokens file stores only its hash.',
  examples: ["birddog token --groups payments --expires 30d 'payments pipeline'"],
  options: [GROUPS, EXPIRES, JSON_OPTION],
  operands: CALLER,
  statuses: { done: 'the token was printed' },
  run({ operands: name, get }, { out, clock }) {
    const token = generateToken();
    const entry = {
      name,
      sha256: hashToken(token).toString('hex'),
      expires: lastDay(get(EXPIRES) ?? '90d', clock.now()),
      groups: get(GROUPS),
    };
    const yaml = printYaml([{ ...entry, groups: [...entry.groups] }]).replace(/^(?=.)/gm, '  ');
    if (get(JSON_OPTION)) out(`${JSON.stringify({ token: token.reveal(), entry })}\n`);
    else
      out(`The token (shown only once):\n\n  ${token.reveal()}\n\nThe entry for the tokens file:\n\n${yaml}`);
    return EXIT.done;
  },
});

/** Returns the last day on which the token is valid. `now` is in epoch milliseconds. Throws UsageError. */
function lastDay(text: string, now: number): string {
  const days = /^(\d{1,4})d$/.exec(text)?.[1];
  const day = days === undefined ? text : new Date(now + Number(days) * DAY_MS).toISOString().slice(0, 10);
  const end = expiryOf(day);
  if (end === undefined) throw new UsageError(`--expires must be a date or a number of days, not "${text}"`);
  if (end <= now) throw new UsageError(`--expires is in the past: ${text}`);
  return day;
}
