import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { JsonObject } from '../domain/json.ts';
import { evaluateComposite } from '../evaluate/composite.ts';
import { evaluate } from '../evaluate/evaluate.ts';
import { readMonitor } from '../evaluate/read-monitor.ts';
import { STATES } from '../evaluate/states.ts';
import { windowsOf } from '../evaluate/window-values.ts';
import { conditionOf, regular, simple, timeAt } from '../../test/evaluation/evaluation-series.ts';
import { clockIn, explainAt, told } from '../../test/evaluation/explained.ts';
import { downtimesOf, monitorOf, randomCase, seriesOf } from '../../test/evaluation/random-case.ts';
import { seededRandom } from '../../test/seeded-random.ts';
import { explain } from './explain.ts';

describe('the window of an explanation', () => {
  it('ends before the evaluation by the delay', () => {
    const { window, at } = explainAt('avg(last_5m):avg:a{*} > 1', '12:20', simple(regular('12:00', [1])), {
      options: { evaluation_delay: 900 },
    });
    assert.equal(clockIn(at), '12:20');
    assert.deepEqual([clockIn(window?.from), clockIn(window?.to), window?.delay_s], ['12:00', '12:05', 900]);
  });

  it('has an earlier one for a change', () => {
    const { window } = explainAt(
      'change(avg(last_5m),last_30m):avg:a{*} > 1',
      '12:40',
      simple(regular('12:00', [1])),
    );
    assert.deepEqual([clockIn(window?.earlier?.from), clockIn(window?.earlier?.to)], ['12:05', '12:10']);
  });

  it('is that of the last evaluation at the time or before', () => {
    const read = conditionOf('avg(last_1d):avg:a{*} > 1');
    const windows = windowsOf(read, simple(regular('12:00', [1])), {
      from: timeAt('12:00'),
      to: timeAt('12:27') + 1,
    });
    const explained = explain({
      read,
      windows,
      evaluation: evaluate(read, windows),
      notices: {},
      isDraft: false,
    });
    assert.equal(clockIn(explained?.at), '12:20');
  });
});

describe('the groups of an explanation', () => {
  const query = 'max(last_1m):avg:a{*} by {env,host} > 80';
  const many = new Map(
    Array.from({ length: 30 }, (_, at) => [`env:p,host:${at}`, regular('12:00', [at === 7 ? 90 : at, 1])]),
  );
  const options = { new_group_delay: 0 };

  it('are the most severe ones, and the first of them is explained', () => {
    const { group, groups, other_groups } = explainAt(query, '12:01', [many], { options });
    assert.equal(group, 'env:p,host:7');
    assert.deepEqual(groups[0], { group, state: 'alert', value: 90 });
    assert.deepEqual([groups.length, other_groups], [20, 10]);
  });

  it('are found by their tags in any order', () => {
    const { group, state } = explainAt(query, '12:01', [many], { options, group: 'host:3,env:p' });
    assert.equal(group, 'env:p,host:3');
    assert.equal(state.after, 'ok');
  });

  it('have the start of their state only if it is known', () => {
    const explained = explainAt(
      'max(last_1m):avg:a{*} > 80',
      '12:03',
      simple(regular('11:55', [0, 0, 0, 0, 0, 0, 90, 90])),
    );
    assert.equal(clockIn(explained.state.since), '12:02');
    const always = explainAt(
      'max(last_1m):avg:a{*} > 80',
      '12:03',
      simple(regular('11:55', [0, 0, 0, 0, 0, 0, 0, 0])),
    );
    assert.deepEqual(always.state, { before: 'ok', after: 'ok' });
  });

  it('have their latest transitions', () => {
    const values = Array.from({ length: 60 }, (_, at) => (at % 2) * 90);
    const { recent, at } = explainAt('max(last_1m):avg:a{*} > 80', '12:59', simple(regular('12:00', values)));
    assert.equal(recent.length, 10);
    assert.equal(recent.at(-1)?.at, at);
  });
});

/** Explains `1 && !2` at 12:03, whose members are `max(last_1m) > 80` over values from 12:00 on. */
function explainBoth(first: readonly number[], second: readonly number[], more: JsonObject = {}) {
  const span = { from: timeAt('12:00'), to: timeAt('12:03') + 1 };
  const member = (values: readonly number[], options: JsonObject) => {
    const condition = conditionOf('max(last_1m):avg:a{*} > 80', options);
    return evaluate(condition, windowsOf(condition, simple(regular('12:00', values)), span));
  };
  const read = readMonitor({ type: 'composite', name: 'n', query: '1 && !2', message: '@a', ...more });
  assert.ok(read.kind === 'composite');
  const members = new Map([
    ['1', member(first, { on_missing_data: 'show_no_data' })],
    ['2', member(second, {})],
  ]);
  const evaluation = evaluateComposite(read, members, span);
  assert.ok(!('kind' in evaluation));
  return explain({ read, evaluation, members, notices: {}, isDraft: false });
}

describe('a composite', () => {
  it('is explained by the states of its members', () => {
    const explained = explainBoth([90, 90, 90], [90, 90, 0]);
    assert.deepEqual(explained?.members, [
      { member: '1', state: 'alert' },
      { member: '2', state: 'ok' },
    ]);
    assert.deepEqual(explained.calculation, ['(Alert && !(OK))']);
    assert.deepEqual(told(explained), ['@a yes: It is outside all blocks.']);
  });
});

describe('a composite that is not notified', () => {
  it('waits for a member without a state', () => {
    const explained = explainBoth([], [0, 0, 0]);
    assert.deepEqual(explained?.reasons, [
      { code: 'composite_waits', text: 'It is not evaluated, because 1 has no state.' },
    ]);
    assert.ok(!explained.notification.sent && explained.notification.reason.code === 'no_state');
  });

  it('has no group if its members have none in common', () => {
    const span = { from: timeAt('12:00'), to: timeAt('12:03') + 1 };
    const member = (tag: string) => {
      const condition = conditionOf(`max(last_1m):avg:a{*} by {${tag}} > 80`);
      const series = [new Map([[`${tag}:x-${tag}`, regular('12:00', [90, 90, 90])]])];
      return evaluate(condition, windowsOf(condition, series, span));
    };
    const read = readMonitor({ type: 'composite', name: 'n', query: '1 && 2', message: '@a' });
    assert.ok(read.kind === 'composite');
    const members = new Map([
      ['1', member('host')],
      ['2', member('queue')],
    ]);
    const evaluation = evaluateComposite(read, members, span);
    assert.ok(!('kind' in evaluation));
    const explained = explain({ read, evaluation, members, notices: {}, isDraft: false });
    assert.deepEqual(
      explained?.reasons.map(({ code }) => code),
      ['no_common_group'],
    );
  });

  it('does not notify of No Data if its member without data does not', () => {
    const explained = explainBoth([0, 0], [0, 0, 0], { options: { notify_no_data: true } });
    assert.equal(explained?.state.after, 'no_data');
    assert.ok(!explained.notification.sent && explained.notification.reason.code === 'no_data_is_silent');
  });
});

describe('any explanation', () => {
  it('agrees with the evaluation', () => {
    for (let seed = 1; seed <= 120; seed += 1) {
      const given = randomCase(seededRandom(seed));
      const read = readMonitor({ ...monitorOf(given), message: '@a {{#is_alert}}@b{{/is_alert}}' });
      assert.ok(read.kind === 'condition');
      const notices = { downtimes: downtimesOf(given) };
      const to = given.from + 60 * (40 + ((seed * 37) % 200));
      const windows = windowsOf(read, seriesOf(given), { from: given.from, to: to + 1 });
      const evaluation = evaluate(read, windows, notices);
      for (const group of evaluation.groups.keys()) {
        const explained = explain({ read, windows, evaluation, notices, isDraft: false }, group);
        assert.ok(explained);
        const states = evaluation.groups.get(group)?.states ?? new Uint8Array();
        assert.equal(explained.state.after, STATES[states.at(-1) ?? 0]);
        assert.ok(explained.reasons.length > 0);
        const own = evaluation.notifications.filter(
          (one) => one.at === evaluation.times.at(-1) && (one.group === group || one.group === '*'),
        );
        assert.equal(explained.notification.sent, own.length > 0, `seed ${seed}`);
        assert.deepEqual(
          explained.recipients.flatMap(({ recipient, notified }) => (notified ? [recipient] : [])).sort(),
          own.flatMap(({ recipients }) => recipients).sort(),
        );
        const shown = Number(/= (\S+)$/.exec(explained.calculation.at(-1) ?? '')?.[1]);
        if (explained.value !== undefined)
          assert.ok(
            Math.abs(shown - explained.value) <= 1e-9 * Math.max(1, Math.abs(shown)),
            `seed ${seed}: ${explained.calculation.join('; ')} ${explained.value}`,
          );
      }
    }
  });
});
