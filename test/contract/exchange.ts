import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { contractPath } from '../acceptance/check-answer.ts';
import { ENDPOINTS, type Endpoint } from '../../src/contract/operations.ts';
import type { RequestContext } from '../../src/domain/caller.ts';
import { createOutbound, type Outbound, type OutboundAnswer } from '../../src/runtime/outbound.ts';
import { control, type Pod, startPod } from '../acceptance/pod.ts';

const headerFields = z.record(z.string(), z.string());
const exchangeSchema = z.strictObject({
  request: z.strictObject({
    method: z.enum(['GET', 'POST', 'PUT', 'DELETE']),
    /** With the query. */
    path: z.string(),
    headers: headerFields,
    body: z.string().optional(),
  }),
  /** `lines`: those of a stream before its last one, which is the body. */
  answer: z.strictObject({
    status: z.int(),
    headers: headerFields,
    lines: z.array(z.string()),
    body: z.string(),
  }),
});

/** The exchanges of one version of the contract, in the order in which they were recorded. */
export const recordedSchema = z.array(exchangeSchema);
/** A request that Birddog sent to the sidecar, and the answer. */
export type Exchange = z.output<typeof exchangeSchema>;

/** Returns the operation of a request. */
export function operationOf({ request }: Pick<Exchange, 'request'>): Endpoint {
  const path = contractPath(request.path);
  const operation = ENDPOINTS.find((one) => one.path === path && one.method === request.method);
  assert.ok(operation, request.path);
  return operation;
}

/** Returns the context of a request to Birddog with a minute left. */
export function contextFor({ path }: Pick<Endpoint, 'path'>): RequestContext {
  return {
    caller: { name: 'Zoë', auth: 'oidc' },
    requestId: `recorded${path.replaceAll('/', '-').replace('{name}', 'name')}`,
    traceparent: '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01',
    tracestate: 'vendor=1',
    deadline: deadline(),
  };
}

const deadline = () => ({ left: () => 60_000, signal: new AbortController().signal });

/** Starts a pod whose Datadog has the series of the recorded previews. */
export async function startRecordedPod(): Promise<Pod> {
  const pod = await startPod({ limits: false });
  const series = {
    type: 'gauge',
    every: 60,
    groups: ['queue:orders'],
    shapes: [{ shape: 'steady', value: 1 }],
  };
  const generators = ['system.load.1', 'queue.depth'].map((metric) => ({ metric, tags: [], ...series }));
  await control(pod.datadogUrl, 'PUT', 'generators', generators);
  return pod;
}

/** Connects to the sidecar of a pod with Birddog's certificate. */
export function outboundTo({ secretsMain }: Pod): Outbound {
  const file = (name: string) => readFileSync(join(secretsMain, name), 'utf8');
  return createOutbound({ tls: { ca: file('ca.crt'), cert: file('tls.crt'), key: file('tls.key') } });
}

/** Sends a recorded request to the sidecar of a pod. */
export function sendAgain(
  { request: { method, path, headers, body } }: Pick<Exchange, 'request'>,
  outbound: Outbound,
  { sidecarUrl }: Pod,
): Promise<OutboundAnswer> {
  const sent = body === undefined ? {} : { body };
  const url = new URL(path, sidecarUrl);
  return outbound.send({ method, url, headers, ...sent, deadline: deadline(), onLine: () => {} });
}
