import assert from 'node:assert/strict';
import { OPERATIONS } from '../src/contract/operations.ts';
import type { Route } from '../src/domain/application.ts';
import { isObject, type Json, type JsonObject, parseTrustedJson, printJson } from '../src/domain/json.ts';
import { problemBody, ProblemError } from '../src/domain/problem.ts';
import { decode } from '../src/format/decode.ts';
import { DOCUMENT_LIMITS, type Format } from '../src/format/decoded.ts';
import type { KnownRecipients } from '../src/lint/recipients/known-recipients.ts';
import { execute } from '../src/pipeline/pipeline.ts';
import type { ObjectPort, Ports, MonitorValidator } from '../src/pipeline/ports.ts';
import type { PipelineAnswer, PipelineRequest } from '../src/pipeline/request.ts';
import type { Store } from '../src/ledger/ledger.ts';
import { emulatedDatadog } from './emulated-datadog.ts';
import { portsWithoutDatadog } from './fake-ports.ts';

type Query = PipelineRequest['query'];
export interface Text {
  readonly text: string;
  readonly format: Format;
}

interface Options {
  /** False for an organisation without an audit trail. Default: true. */
  readonly audit?: boolean;
  readonly store?: Store;
  /** Default: unlisted. */
  readonly route?: Route;
  /** Whether plans ask Datadog to validate monitors, or who is asked instead. Default: false. */
  readonly validator?: true | MonitorValidator;
  /** The recipients that plans know. Default: none. */
  readonly recipients?: KnownRecipients;
  /** The emulated Datadog of an earlier process. */
  readonly world?: ReturnType<typeof emulatedDatadog>;
  /** Aborts when the process stops. */
  readonly stopping?: AbortSignal;
  /** Aborts when the client of an apply is gone. */
  readonly gone?: AbortSignal;
}

/** Creates Birddog's pipeline with an emulated Datadog, without a process or a socket. */
export function startInProcess({
  store,
  route = { route: 'unlisted', missingFrom: ['datadog'] },
  world: given,
  stopping,
  gone,
  validator,
  recipients,
  ...options
}: Options = {}) {
  const world = given ?? emulatedDatadog(options);
  const { clock } = world;
  const datadog = world.connect();
  let requests = 0;
  let beforeUpdate: (() => void) | undefined;
  const meddling = (port: ObjectPort): ObjectPort => ({
    ...port,
    update: (id, body, context, attempts) => {
      const now = beforeUpdate;
      beforeUpdate = undefined;
      now?.();
      return port.update(id, body, context, attempts);
    },
  });
  const ports: Ports = {
    ...portsWithoutDatadog(clock, store),
    monitor: meddling(datadog.objects.monitor),
    dashboard: meddling(datadog.objects.dashboard),
    auditTrail: datadog.auditTrail,
    policies: datadog.policies,
    recipients: recipients && {
      known: async () => recipients,
      status: () => ({ size: recipients.size, faults: [] }),
    },
    validator: validator === true ? datadog.validator : validator,
  };
  /** Sends a body, or none, to a path of the contract. */
  async function send(
    path: string,
    sent?: Text,
    query: Query = {},
    ms = 25_000,
    onMayStillLand = () => {},
    caller = 'c',
  ): Promise<PipelineAnswer> {
    const operation = OPERATIONS.find((one) => one.path === path);
    assert.ok(operation);
    const body = sent && { body: await decode(sent.text, sent.format, DOCUMENT_LIMITS) };
    clock.advance(1000);
    const context = {
      ...world.context(ms),
      caller: { name: caller },
      requestId: `r${(requests += 1)}`,
      onMayStillLand,
      ...(stopping ? { stopping } : {}),
      ...(gone ? { gone } : {}),
    };
    return execute({ operation, query, route, context, ...body }, ports);
  }
  const ask = async (path: string, document: JsonObject, query?: Query, ms?: number) =>
    (await send(path, { text: printJson(document), format: 'json' }, query, ms)).body;
  return {
    ...world,
    world,
    datadog,
    ports,
    send,
    ask,
    apply: (document: JsonObject, query?: Query, ms?: number) => ask('/apply', document, query, ms),
    plan: (document: JsonObject, query?: Query) => ask('/plan', document, query),
    /** Returns what the problem has with which `/plan` or `/drift` answers a document with errors. */
    planRefused: (document: JsonObject, query?: Query, path: '/plan' | '/drift' = '/plan') =>
      partialAnswer(ask(path, document, query)),
    /** Calls `action` once, immediately before the next update reaches Datadog. */
    beforeNextWrite: (action: () => void) => {
      beforeUpdate = action;
    },
  };
}

/** Birddog's pipeline, as `startInProcess` returns it. */
export type Pipeline = ReturnType<typeof startInProcess>;

/** Returns a document of the application `app`. */
export const documentOf = (parts: JsonObject): JsonObject => ({
  apiVersion: 'birddog/v1',
  application: 'app',
  team: 'payments',
  ...parts,
});

/** Returns the entry of a valid monitor. Each key has a different query, because Datadog rejects duplicates. */
export const monitorEntry = (key: string, more: JsonObject = {}): JsonObject => ({
  key,
  type: 'query alert',
  name: key,
  query: `avg(last_5m):avg:system.load.1{part:${key}} > 2`,
  message: '@slack-shop',
  options: { thresholds: { critical: 2 } },
  ...more,
});

/** Returns the entry of a composite monitor, which alerts if all monitors of these keys do. */
export const compositeEntry = (key: string, ...of: string[]): JsonObject => ({
  key,
  type: 'composite',
  name: key,
  query: of.map((one) => `\${monitor:${one}}`).join(' && '),
  message: '@slack-shop',
});

/** Returns the entry of a dashboard that shows a monitor of its document. */
export const dashboardEntry = (key: string, monitor: string): JsonObject => ({
  key,
  title: key,
  layout_type: 'ordered',
  widgets: [{ definition: { type: 'alert_value', alert_id: `\${monitor:${monitor}}` } }],
});

/** The body of a restore that undoes the last apply. */
export const LAST_APPLY = { application: 'app', last_apply: true };
/** Returns the body of a restore of a revision. */
export const revisionOf = (key: string, revision: number, kind = 'monitor') => ({
  application: 'app',
  kind,
  key,
  revision,
});

export const items = (value: Json | undefined): JsonObject[] =>
  Array.isArray(value) ? value.filter(isObject) : [];
/** Returns `key action` of each object of a plan. */
export const told = (body: JsonObject): string[] =>
  items(body['objects']).map(({ key, action }) => `${String(key)} ${String(action)}`);
/** Returns the path of each change of a plan. */
export const changed = (body: JsonObject): Json[] =>
  items(body['objects']).flatMap(({ changes }) => items(changes).map(({ path }) => path ?? ''));
export const codes = (body: JsonObject): Json[] => items(body['findings']).map(({ code }) => code ?? '');
/** Returns Datadog's id of an object of a plan. */
export const idOf = (body: JsonObject, key = 'load'): string =>
  String(items(body['objects'] ?? null).find((one) => one['key'] === key)?.['id'] ?? '');

/** Returns the findings and the plan or drift of the problem that a document with errors is answered with. */
export async function partialAnswer(answer: Promise<unknown>): Promise<JsonObject> {
  const problem = await problemOf(answer);
  assert.equal(problem.code, 'invalid', problem.message);
  const body = parseTrustedJson(JSON.stringify(problemBody(problem, 'r')));
  assert.ok(isObject(body) && Array.isArray(body['objects']), problem.message);
  assert.ok(!('basis' in body));
  return body;
}

/** Returns the problem that a request fails with. */
export async function problemOf(answer: Promise<unknown>): Promise<ProblemError> {
  const error = await answer.then(
    () => assert.fail('it was answered'),
    (failure: unknown) => failure,
  );
  assert.ok(error instanceof ProblemError, String(error));
  return error;
}
