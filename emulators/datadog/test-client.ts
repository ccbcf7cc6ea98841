import assert from 'node:assert/strict';
import type { EmulatorResponse } from '../server/emulator-server.ts';
import { createDatadogHandler } from './datadog-handler.ts';

/** Creates an emulated Datadog that a test calls without a socket, with a clock that the test sets. */
export function createTestClient(options: { readonly audit?: boolean } = {}) {
  const clock = { now: Date.parse('2026-05-14T10:58:54.236Z') };
  const datadog = createDatadogHandler({
    keys: { api: 'a', app: 'b' },
    services: [{ name: 'checkout' }],
    limits: {},
    now: () => clock.now,
    ...options,
  });
  const request = (method: string, target: string, sent: unknown, headers: Record<string, string>) => {
    const { pathname, searchParams } = new URL(target, 'http://emulator');
    const text = sent === undefined ? '' : typeof sent === 'string' ? sent : JSON.stringify(sent);
    return { method, path: decodeURI(pathname), query: searchParams, headers, body: text };
  };
  /** Sends a request; a body that is not a string becomes JSON. */
  function send(
    method: string,
    target: string,
    sent?: unknown,
    headers: Record<string, string> = { 'dd-api-key': 'a', 'dd-application-key': 'b' },
  ): EmulatorResponse {
    const response = datadog.handle(request(method, target, sent, headers));
    assert.ok(response, `${method} ${target} has no route`);
    return response;
  }
  /** Returns whether a request without keys has no route. */
  const unclaimed = (method: string, target: string) =>
    datadog.handle(request(method, target, undefined, {})) === undefined;
  const control = (method: string, path: string, sent?: unknown) =>
    datadog.control(request(method, `/__control/${path}`, sent, {}));
  return { send, unclaimed, control, clock, organisation: datadog.organisation, living: datadog.living };
}

/** Returns the parsed body of a response. */
export function jsonBody(response: EmulatorResponse) {
  return JSON.parse(response.body ?? 'null');
}

/** Returns the status of a response, followed by its error messages. */
export function statusAndErrors(response: EmulatorResponse): unknown[] {
  return [response.status, ...(jsonBody(response).errors ?? [])];
}
