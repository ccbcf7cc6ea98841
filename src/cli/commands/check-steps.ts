import { randomBytes } from 'node:crypto';
import { ANSWERS } from '../../contract/answers.ts';
import type { CheckedPart } from '../../contract/check-report.ts';
import { CHECK_APPLICATION } from '../../domain/application.ts';
import type { Clock } from '../../domain/clock.ts';
import type { JsonObject } from '../../domain/json.ts';
import type { BirddogClient, BirddogRequest } from '../client/birddog-client.ts';
import { BirddogProblem, NoAnswer, parsedAnswer } from '../client/birddog-failures.ts';

/** Timeout of each request of a check, in milliseconds. */
export const STEP_MS = 15_000;
/** Attempts to delete the monitor, and the delay between them. */
const CLEANUP = { maxAttempts: 3, delayMs: 1000 };
const FORBIDDEN_HINT = `Allow this caller to write the application \`${CHECK_APPLICATION}\`, which the checks use.`;

/** Problems after which no write was sent to Datadog. */
const NEVER_SENT = ['sidecar_unavailable', 'catalog_unavailable', 'busy'];

export interface Steps {
  readonly client: BirddogClient;
  readonly clock: Clock;
  /** Ends every step but the cleanup. */
  readonly signal: AbortSignal;
}

interface Kind {
  /** The names of its steps. */
  readonly steps: { readonly create: string; readonly read: string | undefined; readonly delete: string };
  /** The scope of the application key without which Datadog rejects a write. */
  readonly scope: string;
  /** An object that no application needs, with this key as its name. */
  readonly definition: (key: string) => JsonObject;
}

/** The objects that a check writes. */
const KINDS = {
  monitor: {
    steps: { create: 'create', read: 'read', delete: 'delete' },
    scope: 'monitors_write',
    definition: (key) => ({
      type: 'query alert',
      name: `Birddog check ${key}`,
      query: 'avg(last_5m):avg:birddog.check{*} > 1',
      message: 'Created by `birddog check`, which deletes it.',
      options: { thresholds: { critical: 1 } },
    }),
  },
  dashboard: {
    steps: { create: 'create_dashboard', read: undefined, delete: 'delete_dashboard' },
    scope: 'dashboards_write',
    definition: (key) => ({
      title: `Birddog check ${key}`,
      description: 'Created by `birddog check`, which deletes it.',
      layout_type: 'ordered',
      widgets: [{ definition: { type: 'note', content: 'birddog check' } }],
    }),
  },
} as const satisfies Record<string, Kind>;
type KindName = keyof typeof KINDS;

/** The steps of `check --write`, in their order. */
export const WRITE_STEPS: readonly string[] = Object.values(KINDS).flatMap(({ steps }) =>
  [steps.create, steps.read, steps.delete].filter((name) => name !== undefined),
);

type Outcome = Pick<CheckedPart, 'state' | 'detail'> & { readonly hint?: string };

/** Runs one step and measures its time. A step that throws has failed. */
async function step(name: string, clock: Clock, work: () => Promise<Outcome>): Promise<CheckedPart> {
  const startedAt = clock.now();
  const outcome = await work().catch(failureOutcome);
  return { name, ms: Math.round(clock.now() - startedAt), hint: '', ...outcome };
}

export function skipped(name: string, detail: string): CheckedPart {
  return { name, state: 'skipped', ms: 0, detail, hint: '' };
}

/** Sends a create as a dry run, on the route of every request for an unlisted application. */
export function dryRun({ client, clock, signal }: Steps): Promise<CheckedPart> {
  const request = createRequest('monitor', newKey());
  return step('dry_run', clock, async () => {
    const answer = await client.send({ ...request, query: { dry_run: 'true' }, signal });
    return parsedAnswer(ANSWERS['/create_monitor'], answer).route === 'unlisted'
      ? { state: 'ok', detail: 'The sidecar linted and planned a create.' }
      : {
          state: 'warning',
          detail: `All catalogs list ${CHECK_APPLICATION}, so the request did not go to the sidecar.`,
          hint: 'Remove that application from one of the catalogs.',
        };
  });
}

/** Creates, reads and deletes a monitor, and creates and deletes a dashboard. */
export async function writeObjects(steps: Steps): Promise<CheckedPart[]> {
  return [...(await roundTrip(steps, 'monitor')), ...(await roundTrip(steps, 'dashboard'))];
}

/** Deletes the object even if reading it failed or the outcome of the create is unknown. */
async function roundTrip(steps: Steps, kind: KindName): Promise<CheckedPart[]> {
  const { client, clock, signal } = steps;
  const { steps: names, scope } = KINDS[kind];
  const key = newKey();
  let mayExist = !signal.aborted;
  const created = signal.aborted
    ? skipped(names.create, 'The check was interrupted.')
    : await step(names.create, clock, async () => {
        try {
          const answer = await client.send({ ...createRequest(kind, key), signal });
          const { id } = parsedAnswer(ANSWERS[`/create_${kind}`], answer);
          return { state: 'ok', detail: `Created ${kind} ${JSON.stringify(id)} with the key ${key}.` };
        } catch (error) {
          mayExist = !wasNotCreated(error);
          return deniedByScope(error, scope) ?? failureOutcome(error);
        }
      });
  const parts = [created];
  const none = `No ${kind} was created.`;
  if (names.read !== undefined)
    parts.push(
      created.state === 'ok'
        ? await step(names.read, clock, () => readMonitor(steps, key))
        : skipped(names.read, none),
    );
  parts.push(
    mayExist ? await step(names.delete, clock, () => cleanUp(steps, kind, key)) : skipped(names.delete, none),
  );
  return parts;
}

async function readMonitor({ client, signal }: Steps, key: string): Promise<Outcome> {
  const answer = await client.send({ ...readRequest(key), signal });
  return parsedAnswer(ANSWERS['/get_monitors'], answer).monitors.length === 1
    ? { state: 'ok', detail: 'Read the monitor.' }
    : { state: 'failed', detail: 'The created monitor is not in the list of the application.' };
}

/** Returns the outcome if Datadog rejects a new object, which no restriction policy can have. */
function deniedByScope(error: unknown, scope: string): Outcome | undefined {
  if (!(error instanceof BirddogProblem) || error.code !== 'datadog_forbidden') return undefined;
  const hint = `Give the application key the scope, and its owner the permission, \`${scope}\`.`;
  return { ...failureOutcome(error), hint };
}

async function cleanUp({ client, clock }: Steps, kind: KindName, key: string): Promise<Outcome> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      await client.send({
        method: 'DELETE',
        path: `/delete_${kind}`,
        query: { application: CHECK_APPLICATION, key },
        deadlineMs: STEP_MS,
      });
      return { state: 'ok', detail: `Deleted the ${kind}.` };
    } catch (error) {
      if (error instanceof BirddogProblem && error.code === 'not_found')
        return { state: 'ok', detail: `The ${kind} does not exist.` };
      if (attempt === CLEANUP.maxAttempts) return cleanupFailure(error, client.url, kind, key);
    }
    await clock.sleep(CLEANUP.delayMs);
  }
}

function cleanupFailure(error: unknown, url: URL, kind: KindName, key: string): Outcome {
  const at = new URL(`delete_${kind}`, url.href.replace(/\/?$/, '/'));
  at.search = String(new URLSearchParams({ application: CHECK_APPLICATION, key }));
  return {
    state: 'failed',
    detail: `${failureOutcome(error).detail} The ${kind} ${key} of ${CHECK_APPLICATION} may be left in Datadog.`,
    hint: `Delete it: curl -X DELETE '${at.href}', with this caller's token.`,
  };
}

const newKey = () => `check-${randomBytes(6).toString('hex')}`;

function createRequest(kind: KindName, key: string): BirddogRequest {
  const object = {
    application: CHECK_APPLICATION,
    team: 'birddog',
    key,
    [kind]: KINDS[kind].definition(key),
  };
  return {
    method: 'POST',
    path: `/create_${kind}`,
    body: { format: 'json', text: JSON.stringify(object) },
    deadlineMs: STEP_MS,
  };
}

function readRequest(key: string): BirddogRequest {
  return {
    method: 'GET',
    path: '/get_monitors',
    query: { application: CHECK_APPLICATION, key },
    deadlineMs: STEP_MS,
  };
}

/** Reports whether a failed create certainly wrote nothing: it was refused, or never reached Datadog. */
function wasNotCreated(error: unknown): boolean {
  if (error instanceof NoAnswer) return !error.sent;
  if (!(error instanceof BirddogProblem)) return false;
  return error.status < 500 || NEVER_SENT.includes(error.code);
}

/** Describes a failure for the table. */
export function failureOutcome(error: unknown): Outcome {
  if (error instanceof BirddogProblem) {
    const refused = error.status === 403 && error.code !== 'datadog_forbidden';
    const hint = refused ? FORBIDDEN_HINT : error.hint;
    return { state: 'failed', detail: `${error.message} [${error.code}, request ${error.requestId}]`, hint };
  }
  return { state: 'failed', detail: error instanceof Error ? error.message : String(error) };
}
