import assert from 'node:assert/strict';
import { createTestClient, jsonBody } from '../test-client.ts';

export const NOON = Date.parse('2026-11-30T12:00:00Z');
export const MONITOR = {
  type: 'query alert',
  name: 'deep queue',
  message: '@slack-ops',
  query: 'avg(last_5m):avg:queue.depth{env:prod} by {queue} > 100',
  tags: ['team:shop'],
  options: { thresholds: { critical: 100, warning: 50 } },
};

export let datadog: ReturnType<typeof createTestClient>;

/** Starts an emulated Datadog at noon. */
export function startAtNoon(): void {
  datadog = createTestClient();
  datadog.clock.now = NOON;
}

/** Sends a request to it. */
export function send(method: string, path: string, body?: unknown) {
  return datadog.send(method, path, body);
}

/** Moves the clock to the given number of minutes after noon. */
export function moveTo(minute: number): void {
  datadog.clock.now = NOON + minute * 60_000;
}

/** Declares the depth of a queue: 10, and `height` more between two minutes. */
export function declare(
  ...queues: readonly [queue: string, height: number, from: number, to: number][]
): void {
  const generators = queues.map(([queue, height, from, to]) => ({
    metric: 'queue.depth',
    tags: ['env:prod', `queue:${queue}`],
    shapes: [
      { shape: 'steady', value: 10 },
      {
        shape: 'spike',
        height,
        at: new Date(NOON + from * 60_000).toISOString(),
        lasts: `${to - from}m`,
      },
    ],
  }));
  assert.equal(datadog.control('PUT', 'generators', generators)?.status, 204);
}

export function create(more: object = {}): number {
  return jsonBody(send('POST', '/api/v1/monitor', { ...MONITOR, ...more })).id;
}

export function read(id: number) {
  return jsonBody(send('GET', `/api/v1/monitor/${id}?group_states=all`));
}

export function statuses(id: number): Record<string, string> {
  const groups = Object.entries<{ status: string }>(read(id).state.groups);
  return Object.fromEntries(groups.map(([name, { status }]) => [name, status]));
}

/** Returns the time some minutes after noon as Datadog writes it. */
export function isoAt(minute: number): string {
  return new Date(NOON + minute * 60_000).toISOString().replace('.000Z', '.000000+00:00');
}

interface AlertEvent {
  readonly attributes: {
    readonly timestamp: string;
    readonly tags: string[];
    readonly attributes: {
      readonly title: string;
      readonly status: string;
      readonly monitor: {
        readonly id: number;
        readonly result: { readonly group_key: string };
        readonly transition: {
          readonly source_state: string;
          readonly destination_state: string;
          readonly transition_type: string;
        };
      };
    };
  };
}

export function alertEvents(id: number): AlertEvent[] {
  return jsonBody(
    send('POST', '/api/v2/events/search', {
      filter: { query: `source:alert @monitor.id:${id}`, from: 'now-60d', to: 'now' },
      page: { limit: 1000 },
    }),
  ).data;
}

/** Returns the transitions of a monitor: `12:09 queue:a OK > Alert`. */
export function transitions(id: number): string[] {
  return alertEvents(id).map(({ attributes }) => {
    const { result, transition } = attributes.attributes.monitor;
    const { source_state, destination_state } = transition;
    return `${attributes.timestamp.slice(11, 16)} ${result.group_key} ${source_state} > ${destination_state}`;
  });
}
