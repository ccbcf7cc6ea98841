import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { emulatedDatadog } from '../../test/emulated-datadog.ts';
import type { JsonObject } from '../domain/json.ts';

const SEARCH = '/api/v2/events/search';
const AT = Date.UTC(2026, 10, 20) / 1000;

function event(id: number, seconds: number, from: string, to: string, group = 'host:a'): JsonObject {
  return {
    id: `${id} ${seconds} ${group}`,
    type: 'event',
    attributes: {
      timestamp: new Date(seconds * 1000).toISOString(),
      attributes: {
        timestamp: seconds * 1000,
        monitor: {
          id,
          transition: { source_state: from, destination_state: to },
          result: { group_key: group },
        },
      },
    },
  };
}

/** A Datadog that answers the next searches with these pages of events. */
function answering(...pages: readonly JsonObject[][]) {
  const emulated = emulatedDatadog();
  for (const [at, data] of pages.entries())
    emulated.fail(SEARCH, 200, { data, meta: { page: { after: `c${at}` } } });
  return emulated;
}

describe('the transitions of monitors', () => {
  const span = { from: AT, to: AT + 3600 };

  it('are those of each monitor in the span, by time', async () => {
    const { datadog, context, taken } = answering([
      event(1, AT + 120, 'Alert', 'OK'),
      event(1, AT, 'OK', 'Alert', 'host:b,env:x'),
      event(2, AT + 60, 'Warn', 'No Data', ''),
      event(1, AT + 180, 'OK', 'Skipped'),
      event(3, AT + 60, 'OK', 'Alert'),
      event(1, AT + 3600, 'OK', 'Alert'),
    ]);
    const { transitions, failure } = await datadog.transitions.transitions(['1', '2', '4'], span, context());
    assert.equal(failure, undefined);
    assert.deepEqual(
      [...transitions],
      [
        [
          '1',
          [
            { at: AT, group: 'host:b,env:x', from: 'ok', to: 'alert' },
            { at: AT + 120, group: 'host:a', from: 'alert', to: 'ok' },
          ],
        ],
        ['2', [{ at: AT + 60, group: '*', from: 'warn', to: 'no_data' }]],
        ['4', []],
      ],
    );
    const [{ sent } = { sent: '' }] = taken();
    assert.deepEqual(JSON.parse(sent).filter, {
      query: 'source:alert @monitor.id:(1 OR 2 OR 4)',
      from: '2026-11-20T00:00:00.000Z',
      to: '2026-11-20T01:00:00.000Z',
    });
  });

  it('are read from every full page', async () => {
    const page = Array.from({ length: 1000 }, (_, at) => event(1, AT + at, 'OK', 'Alert'));
    const { datadog, context, taken } = answering(page, [event(1, AT + 2000, 'Alert', 'OK')]);
    const { transitions } = await datadog.transitions.transitions(['1'], span, context());
    assert.equal(transitions.get('1')?.length, 1001);
    assert.deepEqual(
      taken().map(({ sent }) => JSON.parse(sent).page),
      [{ limit: 1000 }, { limit: 1000, cursor: 'c0' }],
    );
  });

  it('are incomplete if Datadog denies access, and say so', async () => {
    const { datadog, context, fail } = answering();
    fail(SEARCH, 403, { errors: ['Forbidden'] });
    const { transitions, failure } = await datadog.transitions.transitions(['1'], span, context());
    assert.deepEqual([...transitions], [['1', []]]);
    assert.equal(failure?.reason, 'denied');
  });
});

describe('the notification rules', () => {
  const PATH = '/api/v2/monitor/notification_rule';

  it('are read once a minute', async () => {
    const { datadog, context, person, clock, taken } = emulatedDatadog();
    const attributes = { name: 'n', filter: { tags: ['team:a'] }, recipients: ['slack-a'] };
    person('POST', PATH, { data: { type: 'monitor-notification-rule', attributes } });
    const { rules, failure } = await datadog.rules.rules(context());
    assert.deepEqual([rules.length, rules[0]?.['recipients'], failure], [1, ['slack-a'], undefined]);
    clock.advance(59_999);
    await datadog.rules.rules(context());
    assert.equal(taken().length, 1);
    clock.advance(1);
    await datadog.rules.rules(context());
    assert.equal(taken().length, 1);
  });

  it('are missing if Datadog denies access, and say so', async () => {
    const { datadog, context, fail } = emulatedDatadog();
    fail(PATH, 403, { errors: ['Forbidden'] });
    const { rules, failure } = await datadog.rules.rules(context());
    assert.deepEqual([rules, failure?.reason], [[], 'denied']);
  });
});
