import { randomBytes } from 'node:crypto';
import type { CheckedPart } from '../../contract/check-report.ts';
import { CHECK_APPLICATION } from '../../domain/application.ts';
import type { Clock } from '../../domain/clock.ts';
import { isObject, type JsonObject, printJson } from '../../domain/json.ts';
import type { BirddogClient, Question } from '../client/birddog-client.ts';
import { BirddogProblem, NoAnswer } from '../client/birddog-failures.ts';

/** How long (ms) one request of a check may take. */
export const STEP_MS = 15_000;
/** Tries at taking away what was made, and the time (ms) between them. */
const CLEANING = { tries: 3, waitMs: 1000 };
const MAY_NOT = `Let this caller write the application \`${CHECK_APPLICATION}\`: checks are about it.`;

/** Problems for which Datadog was not asked to write. */
const NEVER_SENT = ['sidecar_unavailable', 'catalog_unavailable', 'busy'];

export interface Steps {
  readonly client: BirddogClient;
  readonly clock: Clock;
  /** Ends what is not cleaning up. */
  readonly signal: AbortSignal;
}

type Found = Pick<CheckedPart, 'state' | 'detail'> & { readonly hint?: string };

/** One step with its time. What it throws is a failed line. */
async function step(name: string, clock: Clock, work: () => Promise<Found>): Promise<CheckedPart> {
  const begun = clock.now();
  const found = await work().catch(failed);
  return { name, ms: Math.round(clock.now() - begun), hint: '', ...found };
}

export function skipped(name: string, detail: string): CheckedPart {
  return { name, state: 'skipped', ms: 0, detail, hint: '' };
}

/** A create that writes nothing: the way of every request for an application that is not listed. */
export function dryRun({ client, clock, signal }: Steps): Promise<CheckedPart> {
  const question = creating(newKey());
  return step('dry_run', clock, async () => {
    const answer = await client.ask({ ...question, query: { dry_run: 'true' }, signal });
    return answer['route'] === 'unlisted'
      ? { state: 'ok', detail: 'A create was linted and planned by the sidecar.' }
      : {
          state: 'warning',
          detail: `All catalogs list ${CHECK_APPLICATION}, so Birddog served it and the sidecar was not asked.`,
          hint: 'Take that application out of one of the catalogs.',
        };
  });
}

/** Creates a monitor, reads it and deletes it; the last also where the reading failed, or the create may have. */
export async function roundTrip(steps: Steps): Promise<CheckedPart[]> {
  const { client, clock, signal } = steps;
  const key = newKey();
  let mayBeThere = true;
  const created = await step('create', clock, async () => {
    try {
      const answer = await client.ask({ ...creating(key), signal });
      return {
        state: 'ok',
        detail: `Monitor ${printJson(answer['id'] ?? null)} was made, under the key ${key}.`,
      };
    } catch (error) {
      mayBeThere = !isCertainlyNotThere(error);
      throw error;
    }
  });
  const read =
    created.state === 'ok'
      ? await step('read', clock, async () => {
          const answer = await client.ask({ ...reading(key), signal });
          return countIn(answer) === 1
            ? { state: 'ok', detail: 'It was read.' }
            : { state: 'failed', detail: 'It is not among what the application has.' };
        })
      : skipped('read', 'Nothing was made.');
  const deleted = mayBeThere
    ? await step('delete', clock, () => cleanUp(steps, key))
    : skipped('delete', 'Nothing was made.');
  return [created, read, deleted];
}

async function cleanUp({ client, clock }: Steps, key: string): Promise<Found> {
  for (let tries = 1; ; tries += 1) {
    try {
      await client.ask({
        method: 'DELETE',
        path: '/delete_monitor',
        query: { application: CHECK_APPLICATION, key },
        deadlineMs: STEP_MS,
      });
      return { state: 'ok', detail: 'It was deleted.' };
    } catch (error) {
      if (error instanceof BirddogProblem && error.code === 'not_found')
        return { state: 'ok', detail: 'There is nothing to delete.' };
      if (tries === CLEANING.tries) return left(error, client.url, key);
    }
    await clock.sleep(CLEANING.waitMs);
  }
}

function left(error: unknown, url: URL, key: string): Found {
  const at = new URL('delete_monitor', url.href.replace(/\/?$/, '/'));
  at.search = String(new URLSearchParams({ application: CHECK_APPLICATION, key }));
  return {
    state: 'failed',
    detail: `${failed(error).detail} The monitor ${key} of ${CHECK_APPLICATION} may be left in Datadog.`,
    hint: `Delete it: curl -X DELETE '${at.href}', with the token of this caller.`,
  };
}

const newKey = () => `check-${randomBytes(6).toString('hex')}`;

function creating(key: string): Question {
  const monitor = {
    type: 'query alert',
    name: `Birddog check ${key}`,
    query: 'avg(last_5m):avg:birddog.check{*} > 1',
    message: 'Made by `birddog check`, which deletes it again.',
    options: { thresholds: { critical: 1 } },
  };
  return {
    method: 'POST',
    path: '/create_monitor',
    body: {
      format: 'json',
      text: JSON.stringify({ application: CHECK_APPLICATION, team: 'birddog', key, monitor }),
    },
    deadlineMs: STEP_MS,
  };
}

function reading(key: string): Question {
  return {
    method: 'GET',
    path: '/get_monitors',
    query: { application: CHECK_APPLICATION, key },
    deadlineMs: STEP_MS,
  };
}

function countIn({ monitors }: JsonObject): number {
  return Array.isArray(monitors) ? monitors.filter(isObject).length : 0;
}

/** Refused for what it said, or never sent to Datadog: nothing was written. */
function isCertainlyNotThere(error: unknown): boolean {
  if (error instanceof NoAnswer) return !error.sent;
  if (!(error instanceof BirddogProblem)) return false;
  return Number(error.body['status']) < 500 || NEVER_SENT.includes(error.code);
}

/** A failure for the table. */
export function failed(error: unknown): Found {
  if (error instanceof BirddogProblem) {
    const refused = error.body['status'] === 403 && error.code !== 'datadog_forbidden';
    const hint = refused ? MAY_NOT : (error.hint ?? '');
    return { state: 'failed', detail: `${error.message} [${error.code}, request ${error.requestId}]`, hint };
  }
  return { state: 'failed', detail: error instanceof Error ? error.message : String(error) };
}
