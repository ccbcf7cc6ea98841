import assert from 'node:assert/strict';
import type { EmulatorResponse } from '../server/emulator-server.ts';
import { createDatadogHandler } from './datadog-handler.ts';

/** An emulated Datadog that a test asks without a socket, at a time that the test sets. */
export function createTestClient(options: { readonly audit?: boolean } = {}) {
  const clock = { now: Date.parse('2026-05-14T10:58:54.236Z') };
  const datadog = createDatadogHandler({
    keys: { api: 'a', app: 'b' },
    services: [{ name: 'checkout' }],
    limits: {},
    now: () => clock.now,
    ...options,
  });
  const request = (method: string, address: string, sent: unknown, headers: Record<string, string>) => {
    const { pathname, searchParams } = new URL(address, 'http://emulator');
    const text = sent === undefined ? '' : typeof sent === 'string' ? sent : JSON.stringify(sent);
    return { method, path: decodeURI(pathname), query: searchParams, headers, body: text };
  };
  /** Asks; a body that is no string is sent as JSON. */
  function send(
    method: string,
    address: string,
    sent?: unknown,
    headers: Record<string, string> = { 'dd-api-key': 'a', 'dd-application-key': 'b' },
  ): EmulatorResponse {
    const answer = datadog.handle(request(method, address, sent, headers));
    assert.ok(answer, `${method} ${address} has no route`);
    return answer;
  }
  const control = (method: string, path: string, sent?: unknown) =>
    datadog.control(request(method, `/__control/${path}`, sent, {}));
  return { send, control, clock, organisation: datadog.organisation };
}

/** The JSON of an answer. */
export function jsonBody(answer: EmulatorResponse) {
  return JSON.parse(answer.body ?? 'null');
}

/** The status of an answer and the words of its failure. */
export function statusAndErrors(answer: EmulatorResponse): unknown[] {
  return [answer.status, ...(jsonBody(answer).errors ?? [])];
}
