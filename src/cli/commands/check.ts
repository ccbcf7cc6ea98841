import { append, largest } from '../../domain/append.ts';
import { allWell, type CheckedPart, checkReportSchema } from '../../contract/check-report.ts';
import { exitOfError, parsedAnswer } from '../client/birddog-failures.ts';
import { command, type Io } from '../command.ts';
import { EXIT, type Exit } from '../exit-status.ts';
import { type Arguments, flag, noOperands } from '../options.ts';
import type { Paint } from '../print/report.ts';
import { visible, visibleJson } from '../print/visible.ts';
import {
  dryRun,
  failureOutcome,
  skipped,
  STEP_MS,
  type Steps,
  WRITE_STEPS,
  writeObjects,
} from './check-steps.ts';
import { CLIENT_STATUSES, JSON_OPTION, URL_OPTION } from './client-options.ts';

const WRITE = flag('write', 'also create and delete a monitor and a dashboard');

export const checkCommand = command({
  name: 'check',
  summary: 'Check the health of a running Birddog',
  description:
    'Check the health of a running Birddog: both containers, their certificates, keys and ledgers, the catalogs, and a dry run through the sidecar.',
  examples: ['birddog check --url https://birddog.example.com --write'],
  options: [URL_OPTION, WRITE, JSON_OPTION],
  operands: noOperands('check takes only options'),
  statuses: {
    done: 'everything is healthy, or there are only warnings',
    failed: 'a check failed',
    ...CLIENT_STATUSES,
    unavailable: 'Birddog did not answer',
  },
  run: checkBirddog,
});

/** Runs the checks and prints them. SIGINT and SIGTERM end them early; the cleanup still runs. */
async function checkBirddog({ get }: Arguments<undefined>, io: Io): Promise<Exit> {
  const { clock, out, paint } = io;
  const client = io.clientOf(get(URL_OPTION));
  const stopped = new AbortController();
  const removers = [io.onInterrupt, io.onTerminate].map((listen) => listen(() => stop()));
  // A second signal ends the process.
  const stop = () => {
    for (const remove of removers) remove();
    stopped.abort();
  };
  const checked_at = new Date(clock.now()).toISOString();
  const { parts, unavailable } = await checkAll({ client, clock, signal: stopped.signal }, get(WRITE));
  client.close();
  const ok = allWell(parts);
  const { url } = client;
  out(get(JSON_OPTION) ? `${visibleJson({ ok, checked_at, url, parts })}\n` : printCheck(parts, url, paint));
  if (unavailable) return EXIT.unavailable;
  return ok ? EXIT.done : EXIT.failed;
}

interface Checked {
  readonly parts: CheckedPart[];
  /** Whether Birddog did not report its health at all. */
  readonly unavailable: boolean;
}

async function checkAll(steps: Steps, write: boolean): Promise<Checked> {
  const { parts, unavailable } = await ownReport(steps);
  const later = ['dry_run', ...(write ? WRITE_STEPS : [])];
  if (parts[0]?.state !== 'ok') {
    append(
      parts,
      later.map((name) => skipped(name, 'Birddog does not respond.')),
    );
    return { parts, unavailable };
  }
  parts.push(await dryRun(steps));
  if (write) append(parts, await writeObjects(steps));
  return { parts, unavailable };
}

/** Requests Birddog's own report. A failed request is a failed check. */
async function ownReport({ client, clock, signal }: Steps): Promise<Checked> {
  const startedAt = clock.now();
  const elapsedMs = () => Math.round(clock.now() - startedAt);
  try {
    const answer = await client.send({ method: 'GET', path: '/check', deadlineMs: STEP_MS, signal });
    const { version, checked_at, parts } = parsedAnswer(checkReportSchema, answer);
    const detail = `Birddog ${version} responds; its last check was at ${checked_at.slice(11, 19)}Z.`;
    return {
      parts: [{ name: 'birddog', state: 'ok', ms: elapsedMs(), detail, hint: '' }, ...parts],
      unavailable: false,
    };
  } catch (error) {
    return {
      parts: [{ name: 'birddog', ms: elapsedMs(), hint: '', ...failureOutcome(error) }],
      unavailable: exitOfError(error) === EXIT.unavailable,
    };
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
