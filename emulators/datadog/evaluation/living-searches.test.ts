import assert from 'node:assert/strict';
import { beforeEach, describe, it } from 'node:test';
import {
  create,
  datadog,
  moveTo,
  NOON,
  read,
  send,
  startAtNoon,
  statuses,
  transitions,
} from './living-client.ts';

beforeEach(startAtNoon);

describe('a monitor of logs', () => {
  const declareLogs = (...lasts: readonly [from: number, to: number][]) => {
    const shapes = [
      { shape: 'steady', value: 1 },
      ...lasts.map(([from, to]) => ({
        shape: 'spike',
        height: 20,
        at: new Date(NOON + from * 60_000).toISOString(),
        lasts: `${to - from}m`,
      })),
      { shape: 'gap', at: new Date(NOON + 40 * 60_000).toISOString(), lasts: '1d' },
    ];
    const tags = ['service:shop', 'status:error'];
    const groups = ['@route:/pay', '@route:/cart'];
    datadog.control('PUT', 'generators', [{ source: 'logs', tags, groups, shapes }]);
  };
  const log = (query: string, options: object = {}) =>
    create({ type: 'log alert', query, options: { thresholds: { critical: 50 }, ...options } });

  it('counts the events of each group', () => {
    declareLogs([10, 13]);
    const search = 'logs("service:shop status:error").index("*").rollup("count")';
    const id = log(`${search}.by("@route").last("5m") > 50`);
    const simple = log(`${search}.last("5m") > 50`);
    moveTo(30);
    const twice = (line: string) => [`${line} @route:/cart`, `${line} @route:/pay`];
    assert.deepEqual(
      transitions(id)
        .map((line) => line.replace(/^(\S+) (\S+) (.*)$/, '$1 $3 $2'))
        .toSorted(),
      [...twice('12:13 OK > Alert'), ...twice('12:16 Alert > OK')],
    );
    assert.deepEqual(transitions(simple), ['12:12 * OK > Alert', '12:17 * Alert > OK']);
  });

  it('counts the submitted logs', () => {
    const id = log('logs("service:shop").index("*").rollup("count").last("5m") > 50');
    moveTo(10);
    const logs = Array.from({ length: 60 }, () => ({ message: 'no answer', service: 'shop' }));
    assert.equal(send('POST', '/api/v2/logs', logs).status, 202);
    moveTo(20);
    assert.deepEqual(transitions(id), ['12:11 * OK > Alert', '12:16 * Alert > OK']);
  });

  it('takes no events as 0, or as missing if its options say so', () => {
    declareLogs([36, 40]);
    const query = 'logs("service:shop").index("*").rollup("count").last("5m") > 50';
    const id = log(query);
    const shown = log(query, { on_missing_data: 'show_no_data' });
    moveTo(60);
    assert.deepEqual(transitions(id), ['12:38 * OK > Alert', '12:44 * Alert > OK']);
    assert.deepEqual(transitions(shown), [
      '12:38 * OK > Alert',
      '12:44 * Alert > OK',
      '12:45 * OK > No Data',
    ]);
  });

  it('is not evaluated if its aggregation does not add up', () => {
    declareLogs([10, 13]);
    const id = log('logs("service:shop").index("*").rollup("cardinality", "@user").last("5m") > 50');
    moveTo(30);
    assert.deepEqual([read(id).overall_state, statuses(id)], ['No Data', {}]);
  });
});
