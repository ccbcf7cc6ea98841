import assert from 'node:assert/strict';
import { isObject, type Json, type JsonObject, parseTrustedJson } from '../../src/domain/json.ts';
import { type Answer, type Pod, request } from './pod.ts';

const JSON_TYPE = { 'content-type': 'application/json' };
/** Sends a document as JSON. */
export const send = (pod: Pod, path: string, document: JsonObject) =>
  request(pod, 'POST', path, { body: JSON.stringify(document), headers: JSON_TYPE });

/** Sends a request directly to Datadog, as a person in the web interface does. */
export async function datadog(pod: Pod, method: string, path: string, body?: Json): Promise<JsonObject> {
  const answer = await fetch(`${pod.datadogUrl}${path}`, {
    method,
    headers: { 'dd-api-key': 'sandbox-api-key', 'dd-application-key': 'sandbox-app-key', ...JSON_TYPE },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const value = parseTrustedJson((await answer.text()) || 'null');
  assert.ok(answer.ok, `${method} ${path}: ${JSON.stringify(value)}`);
  return isObject(value) ? value : {};
}

export const MONITOR: JsonObject = {
  key: 'load',
  type: 'query alert',
  name: 'Load',
  query: 'avg(last_5m):avg:system.load.1{*} > 2',
  message: 'High @slack-a',
  options: { thresholds: { critical: 2 } },
};
export const DASHBOARD: JsonObject = {
  key: 'overview',
  title: 'Overview',
  layout_type: 'ordered',
  widgets: [{ definition: { type: 'note', content: 'All is well' } }],
};
/** Returns a document of an application. */
export const documentOf = (application: string, parts: JsonObject): JsonObject => ({
  apiVersion: 'birddog/v1',
  application,
  team: 'payments',
  ...parts,
});

/** Returns the body of a successful answer. */
export function ok(answer: Answer): Answer['body'] {
  assert.equal(answer.status, 200, answer.text);
  return answer.body;
}

/** Returns the body of the problem that a document with errors is planned or compared with. */
export function refused({ status, headers, body, text }: Answer): Answer['body'] {
  assert.deepEqual([status, body.code], [422, 'invalid'], text);
  assert.equal(headers['content-type'], 'application/problem+json');
  assert.ok(Array.isArray(body.objects) && !('basis' in body), text);
  return body;
}

/** Returns `kind key action` of each object of a plan. */
export const actions = (body: Answer['body']): string[] =>
  body.objects.map((o: { kind: string; key: string; action: string }) => `${o.kind} ${o.key} ${o.action}`);

/** Repeats an apply until nothing remains. */
export async function applyAll(pod: Pod, document: JsonObject, query = ''): Promise<Answer['body']> {
  for (;;) {
    const body = ok(await send(pod, `/apply${query}`, document));
    if (body.remaining.length === 0) return body;
  }
}

/** Asserts that the plan has no changes. */
export async function isQuiet(pod: Pod, document: JsonObject): Promise<void> {
  const body = ok(await send(pod, '/plan', document));
  const loud = body.objects.filter((o: { action: string }) => o.action !== 'none');
  assert.deepEqual(loud, []);
}
