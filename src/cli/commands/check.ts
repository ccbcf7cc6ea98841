import { append, largest } from '../../domain/append.ts';
import { parseArgs } from 'node:util';
import { allWell, type CheckedPart, checkReportSchema } from '../../contract/check-report.ts';
import type { Clock } from '../../domain/clock.ts';
import { SettingsError } from '../../runtime/settings.ts';
import { type BirddogClient, createBirddogClient } from '../client/birddog-client.ts';
import { NoAnswer } from '../client/birddog-failures.ts';
import { dryRun, failed, roundTrip, skipped, STEP_MS, type Steps } from './check-steps.ts';
import { readConfig } from '../config.ts';
import type { Streams } from './command.ts';
import { UsageError } from './read-options.ts';
import type { Paint } from '../print/report.ts';
import { safeText } from '../print/safe-text.ts';
import { visible, visibleJson } from '../print/visible.ts';

const USAGE = `usage: birddog check [OPTION...]

Check the health of a running Birddog: both containers, their certificates, keys and ledgers, the catalogs, and a dry
run through the sidecar.

  --url URL   URL of Birddog (default: BIRDDOG_URL)
  --write     also create, read and delete a monitor
  --json      print JSON
  --help      show this help

BIRDDOG_TOKEN holds your bearer token. BIRDDOG_CACERT names a file of CA certificates.

Exit status: 0 if everything is healthy or there are only warnings, 1 if a check failed, 2 if an option or a setting is
invalid.
`;
const STATUS = { healthy: 0, unhealthy: 1, invalid: 2 } as const;

/** Runs `birddog check` and returns the exit status. `stopped` ends it early; the cleanup still runs. */
export async function checkCommand(
  args: readonly string[],
  { out, err, paint }: Streams,
  clock: Clock,
  stopped: AbortSignal,
): Promise<number> {
  let options: ReturnType<typeof checkOptions>;
  let client: BirddogClient;
  try {
    options = checkOptions(args);
    client = createBirddogClient(readConfig(options.url), clock);
  } catch (error) {
    if (!(error instanceof UsageError || error instanceof SettingsError)) throw error;
    err(safeText(`birddog check: ${visible(error.message)}\n\n${USAGE}`));
    return STATUS.invalid;
  }
  if (options.help) {
    out(USAGE);
    return STATUS.healthy;
  }
  const checked_at = new Date(clock.now()).toISOString();
  const parts = await checkAll({ client, clock, signal: stopped }, options.write);
  client.close();
  const ok = allWell(parts);
  const { url } = client;
  const report = printCheck(parts, url, paint);
  out(options.json ? `${visibleJson({ ok, checked_at, url, parts })}\n` : safeText(report));
  return ok ? STATUS.healthy : STATUS.unhealthy;
}

async function checkAll(steps: Steps, write: boolean): Promise<CheckedPart[]> {
  const parts = await ownReport(steps);
  const later = ['dry_run', ...(write ? ['create', 'read', 'delete'] : [])];
  if (parts[0]?.state !== 'ok')
    return [...parts, ...later.map((name) => skipped(name, 'Birddog does not respond.'))];
  parts.push(await dryRun(steps));
  if (write) append(parts, await roundTrip(steps));
  return parts;
}

/** Requests Birddog's own report. A failed request is a failed check. */
async function ownReport({ client, clock, signal }: Steps): Promise<CheckedPart[]> {
  const begun = clock.now();
  const took = () => Math.round(clock.now() - begun);
  try {
    const answer = await client.send({ method: 'GET', path: '/check', deadlineMs: STEP_MS, signal });
    const report = checkReportSchema.safeParse(answer);
    if (!report.success)
      throw new NoAnswer(
        'Birddog answered with an unknown report. Use the `birddog` command of the same version.',
        true,
      );
    const { version, checked_at, parts } = report.data;
    const detail = `Birddog ${version} responds; its last check was at ${checked_at.slice(11, 19)}Z.`;
    return [{ name: 'birddog', state: 'ok', ms: took(), detail, hint: '' }, ...parts];
  } catch (error) {
    return [{ name: 'birddog', ms: took(), hint: '', ...failed(error) }];
  }
}

function checkOptions(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        url: { type: 'string' },
        write: { type: 'boolean', default: false },
        json: { type: 'boolean', default: false },
        help: { type: 'boolean', short: 'h', default: false },
      },
    }).values;
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}

const STYLES = { ok: 'aside', warning: 'warning', failed: 'error', skipped: 'warning' } as const;

/** Formats the checked parts as a table: state, name, duration, detail, and a hint. */
function printCheck(parts: readonly CheckedPart[], url: URL, paint: Paint): string {
  const nameWidth = largest(parts.map(({ name }) => name.length));
  const rows = parts.map(({ name, state, ms, detail, hint }) => {
    const row = `${paint(STYLES[state], state.padEnd(7))}  ${name.padEnd(nameWidth)}  ${String(ms).padStart(6)} ms  ${visible(detail)}`;
    return hint === '' ? row : `${row}\n${' '.repeat(9)}${visible(`hint: ${hint}`)}`;
  });
  const unhealthy = parts.filter(({ state }) => state === 'failed' || state === 'skipped').length;
  const summary =
    unhealthy === 0
      ? 'Everything is healthy'
      : `${unhealthy} of ${parts.length} checks failed or were skipped`;
  return `${rows.join('\n')}\n\n${paint('place', `${summary} (${visible(url.href)})`)}\n`;
}
