import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { JsonObject } from '../domain/json.ts';
import type { Downtime } from '../evaluate/notices.ts';
import { Downtimes } from './downtimes.ts';

const MONITOR = { tags: ['team:payments', 'env:prod'] };
const TIMES = { start: '2026-11-30T12:00:00Z', end: '2026-11-30T13:00:00Z' };
const [START, END] = [TIMES.start, TIMES.end].map((time) => Date.parse(time) / 1000);

function downtime(more: JsonObject = {}): JsonObject {
  return { scope: '*', schedule: TIMES, monitor_identifier: { monitor_id: 7 }, canceled: null, ...more };
}

const downtimesOf = (id: string | undefined, monitor: JsonObject, all: readonly JsonObject[]): Downtime[] =>
  new Downtimes(all).of(id, monitor);

describe('the downtimes of a monitor', () => {
  it('are those of its id, or of all of its tags', () => {
    assert.deepEqual(downtimesOf('7', MONITOR, [downtime()]), [{ start: START, end: END }]);
    assert.deepEqual(downtimesOf('8', MONITOR, [downtime()]), []);
    assert.deepEqual(downtimesOf(undefined, MONITOR, [downtime()]), []);
    const byTags = (...monitor_tags: string[]) =>
      downtimesOf(undefined, MONITOR, [downtime({ monitor_identifier: { monitor_tags } })]).length;
    assert.deepEqual([byTags('*'), byTags('team:payments', 'env:prod'), byTags('team:x')], [1, 1, 0]);
  });

  it('may be canceled, without an end, recurring, or mute the first recovery', () => {
    const canceled = '2026-11-30T12:30:00Z';
    const times = (more: JsonObject) => downtimesOf('7', MONITOR, [downtime(more)])[0];
    assert.deepEqual(times({ canceled }), {
      start: START,
      end: Date.parse(canceled) / 1000,
      isCanceled: true,
    });
    assert.deepEqual(times({ schedule: { ...TIMES, end: null } }), {
      start: START,
      end: Number.POSITIVE_INFINITY,
    });
    const recurring = { recurrences: [], current_downtime: TIMES };
    assert.deepEqual(times({ schedule: recurring, mute_first_recovery_notification: true }), {
      start: START,
      end: END,
      mutesFirstRecovery: true,
    });
  });

  it('cover the groups of their scope', () => {
    const covered = (scope: string) => {
      const [one] = downtimesOf('7', MONITOR, [downtime({ scope })]);
      return ['host:a,env:prod', 'host:b,env:test'].map((group) => one?.covers?.(group) ?? 'all');
    };
    assert.deepEqual(covered('*'), ['all', 'all']);
    assert.deepEqual(covered('host:a'), [true, false]);
    assert.deepEqual(covered('env:(prod OR test) AND NOT host:a'), [false, true]);
    assert.deepEqual(covered('host:a AND ('), [false, false]);
  });
});
