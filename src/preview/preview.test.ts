import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { MIDNIGHT, regular, timeAt } from '../../test/evaluation/evaluation-series.ts';
import type { Deadline } from '../domain/deadline.ts';
import type { JsonObject } from '../domain/json.ts';
import { runAtOnce } from '../domain/steps.ts';
import type { Points } from '../evaluate/samples.ts';
import type { FetchSeries, MissingPart, WantedSeries } from './fetch-series.ts';
import type { RealTransition } from './ports.ts';
import { type PreviewOptions, previewAlerts } from './preview.ts';
import type { Outcome, Subject } from './report.ts';

const SPAN = { from: timeAt('+2 00:00'), to: timeAt('+3 00:00') };
const MINUTES = 4 * 1440;

/** A point each minute from midnight on: 90 for 10 minutes after each hour in `hours` of the third day, otherwise 1. */
function alerting(...hours: number[]): Points {
  const values = Array.from({ length: MINUTES }, () => 1);
  for (const hour of hours) values.fill(90, 2 * 1440 + hour * 60, 2 * 1440 + hour * 60 + 10);
  return regular('00:00', values);
}

function monitor(metric: string, more: JsonObject = {}): JsonObject {
  return {
    type: 'query alert',
    name: `${metric} is high`,
    query: `max(last_1m):avg:${metric}{*} > 80`,
    message: '@slack-payments',
    ...more,
  };
}

const composite = (query: string): JsonObject => ({
  type: 'composite',
  name: 'c',
  query,
  message: '@oncall',
});
const alert = (key: string, more: Omit<Subject, 'key' | 'kind'>): Subject => ({
  key,
  kind: 'alert',
  ...more,
});

interface Given {
  readonly points?: Readonly<Record<string, Points>>;
  readonly missing?: Readonly<Record<string, readonly MissingPart[]>>;
  readonly monitors?: Readonly<Record<string, JsonObject>>;
  readonly real?: Readonly<Record<string, readonly RealTransition[]>>;
  readonly rules?: readonly JsonObject[];
  readonly downtimes?: readonly JsonObject[];
  /** The milliseconds that are left at each question. */
  readonly left?: () => number;
}

async function preview(subjects: readonly Subject[], given: Given = {}, span = SPAN) {
  const fetches: (readonly WantedSeries[])[] = [];
  const metricOf = (text: string) => /:([\w.]+)\{/.exec(text)?.[1] ?? '';
  const fetchSeries: FetchSeries = async (wanted) => {
    fetches.push(wanted);
    return {
      seriesOf({ text }) {
        const points = given.points?.[metricOf(text)];
        return new Map(points ? [['*', points]] : []);
      },
      missingOf: ({ text }) => given.missing?.[metricOf(text)] ?? [],
      cutOf: () => 0,
      requests: 1,
      cached: 2,
    };
  };
  const deadline: Deadline = { left: given.left ?? (() => 25_000), signal: new AbortController().signal };
  const options: PreviewOptions = {
    ports: {
      fetchSeries,
      transitions: { transitions: async () => ({ transitions: new Map(Object.entries(given.real ?? {})) }) },
      rules: { rules: async () => ({ rules: given.rules ?? [] }) },
      downtimes: { downtimes: async () => ({ downtimes: given.downtimes ?? [] }) },
    },
    context: { caller: { name: 'x' }, deadline, requestId: 'r', traceparent: '' },
    timeZone: 'UTC',
    run: async (steps) => runAtOnce(steps),
    readMonitors: async (ids) =>
      new Map(ids.flatMap((id) => (given.monitors?.[id] ? [[id, given.monitors[id]]] : []))),
  };
  const { alerts, ...rest } = await previewAlerts(subjects, span, options);
  const reports = alerts.map(({ report }) => report);
  return { ...rest, fetches, reports, first: reports[0] };
}

function transitionsOf(outcome: Outcome | undefined): number | string | undefined {
  return outcome && 'refused' in outcome ? outcome.refused.code : outcome?.transitions;
}

describe('a preview', () => {
  it('evaluates alerts before and after their change with one fetch, in their order', async () => {
    const subjects = [
      alert('changed', {
        id: '1',
        before: monitor('a'),
        after: monitor('a', { query: 'max(last_1m):avg:a{*} > 95' }),
      }),
      alert('new', { after: monitor('b') }),
      alert('deleted', { id: '2', before: monitor('b') }),
    ];
    const { reports, fetches, budget, notes } = await preview(subjects, {
      points: { a: alerting(3, 9), b: alerting(5) },
    });
    assert.deepEqual(
      reports.map(({ key, before, after }) => [key, transitionsOf(before), transitionsOf(after)]),
      [
        ['changed', 4, 0],
        ['new', undefined, 2],
        ['deleted', 2, undefined],
      ],
    );
    assert.equal(fetches.length, 1);
    assert.deepEqual(budget, { requests: 1, cached: 2, missing: 0 });
    assert.deepEqual(notes, []);
  });

  it('evaluates what does not change once, and compares it with what really happened', async () => {
    const same = monitor('a');
    const at = timeAt('+2 03:01');
    const real: RealTransition[] = [{ at, group: '*', from: 'ok', to: 'alert' }];
    const { first } = await preview([alert('same', { id: '1', before: same, after: same })], {
      points: { a: alerting(3) },
      real: { 1: real },
    });
    assert.equal(first?.before, undefined);
    assert.equal(transitionsOf(first?.after), 2);
    const { real: happened, matched, missed, invented } = first?.agreement ?? {};
    assert.deepEqual([happened, matched, missed, invented], [1, 1, 0, 1]);
  });

  it('adds the recipients of notification rules, and keeps quiet in downtimes', async () => {
    const { first } = await preview([alert('a', { id: '7', before: monitor('a') })], {
      points: { a: alerting(3, 9) },
      rules: [{ filter: { tags: [] }, recipients: ['rule'] }],
      downtimes: [
        {
          monitor_identifier: { monitor_id: 7 },
          schedule: {
            start: new Date((MIDNIGHT + 2 * 86_400 + 8 * 3600) * 1000).toISOString(),
            end: new Date((MIDNIGHT + 2 * 86_400 + 10 * 3600) * 1000).toISOString(),
          },
        },
      ],
    });
    assert.ok(first?.before && 'recipients' in first.before);
    assert.deepEqual(
      first.before.recipients.map(({ recipient, count }) => [recipient, count]),
      [
        ['@rule', 2],
        ['@slack-payments', 2],
      ],
    );
  });

  it('notes the queries of new definitions without a point in the span', async () => {
    const early = regular('00:00', [1]);
    const subjects = [
      alert('none', { after: monitor('none') }),
      alert('early', { after: monitor('early') }),
      alert('gone', { id: '1', before: monitor('none') }),
      alert('unknown', { after: monitor('unknown') }),
    ];
    const missing = [{ from: SPAN.from, to: SPAN.to, reason: 'denied' as const, detail: '' }];
    const { notes } = await preview(subjects, { points: { early }, missing: { unknown: missing } });
    assert.deepEqual(
      notes.map(({ code, subject }) => [code, subject.key]),
      [
        ['no_points', 'none'],
        ['no_points', 'early'],
      ],
    );
  });

  it('evaluates the part of the span that has points, and says what is missing', async () => {
    const part = { from: timeAt('+2 12:00'), to: SPAN.to, reason: 'rate_limit' as const, detail: '' };
    const whole = { ...part, from: timeAt('00:00') };
    const { reports, budget } = await preview(
      [alert('part', { after: monitor('a') }), alert('whole', { after: monitor('b') })],
      { points: { a: alerting(3, 15), b: alerting(3) }, missing: { a: [part], b: [whole] } },
    );
    const [a, b] = reports.map(({ after }) => after);
    assert.ok(a && 'incomplete' in a);
    assert.deepEqual([a.transitions, a.evaluated], [2, 720]);
    assert.deepEqual(
      a.incomplete?.map(({ from }) => from),
      [new Date(part.from * 1000).toISOString()],
    );
    assert.equal(transitionsOf(b), 'no_series');
    assert.equal(budget.missing, 1 + 3);
  });

  it('combines members of the document by key and id, and other monitors by id, as before and after the change', async () => {
    const member = alert('member', {
      id: '1',
      before: monitor('a'),
      after: monitor('a', { query: 'max(last_1m):avg:a{*} > 95' }),
    });
    const created = alert('created', { after: monitor('b') });
    const both = alert('both', {
      id: '3',
      before: composite('1 || 9'),
      after: composite('1 || 9 || ${monitor:created}'),
    });
    const { reports } = await preview([both, member, created], {
      points: { a: alerting(3), b: alerting(5), c: alerting(7) },
      monitors: { 9: monitor('c') },
    });
    assert.equal(transitionsOf(reports[0]?.before), 4);
    assert.equal(transitionsOf(reports[0]?.after), 4);
    const gone = await preview([alert('c', { after: composite('1 && 2') })], {
      monitors: { 1: monitor('a') },
    });
    assert.equal(transitionsOf(gone.first?.after), 'composite_member');
  });

  it('names kinds that cannot be evaluated, and shows what really happened', async () => {
    const check = {
      type: 'service check',
      name: 'x',
      query: '"a".over("*").last(2).count_by_status()',
      message: '',
    };
    const real: RealTransition[] = [{ at: SPAN.from, group: '*', from: 'ok', to: 'alert' }];
    const { first, fetches } = await preview([alert('x', { id: '1', before: check, after: check })], {
      real: { 1: real },
    });
    assert.ok(first?.after && 'refused' in first.after);
    assert.deepEqual(first.real, {
      transitions: 1,
      examples: [{ at: new Date(SPAN.from * 1000).toISOString(), group: '*', from: 'ok', to: 'alert' }],
    });
    assert.equal(fetches.length, 0);
  });

  it('fetches at most 64 queries at once, for 2,000 alerts', async () => {
    const subjects = Array.from({ length: 2000 }, (_, at) =>
      alert(`k${at}`, { after: monitor(`m${at % 100}`) }),
    );
    const span = { from: SPAN.from, to: SPAN.from + 3600 };
    const { reports, fetches } = await preview(subjects, {}, span);
    assert.deepEqual(
      reports.map(({ key }) => key),
      subjects.map(({ key }) => key),
    );
    assert.deepEqual(
      fetches.map((wanted) => new Set(wanted.map(({ query }) => query.text)).size),
      [64, 36],
    );
  });

  it('answers in time, and says which alerts it did not evaluate', async () => {
    let left = 25_000;
    const subjects = ['a', 'b'].map((key) => alert(key, { after: monitor(key) }));
    const { reports, notes } = await preview(subjects, {
      points: { a: alerting(3), b: alerting(3) },
      left: () => (left -= 2000),
    });
    const outcomes = reports.map(({ after }) => transitionsOf(after));
    assert.equal(outcomes.at(-1), 'deadline');
    assert.equal(outcomes.length, 2);
    assert.deepEqual(notes, []);
  });
});
