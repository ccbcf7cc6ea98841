import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import * as fc from 'fast-check';
import type { AlertReport, Figures, Preview, SweepRow } from '../../preview/report.ts';
import { isAscii } from '../config.ts';
import { previewMarkdown } from './print-preview-markdown.ts';
import { printPreview } from './print-preview.ts';
import { durationText } from './preview-sentences.ts';
import type { Paint } from './report.ts';
import { safeText } from './safe-text.ts';

const plain: Paint = (_style, text) => text;

function figures(count: number, more: Partial<Figures> = {}): Figures {
  return {
    step_s: 60,
    point_s: 60,
    lead_in_s: 86_400,
    evaluated: 10_080,
    skipped: { empty: 0, no_finite_value: 0, window_not_full: 0, new_group: 0 },
    transitions: count,
    notifications: { count, per_week: count, out_of_hours_percent: 40, without_recipient: 0 },
    recipients: count === 0 ? [] : [{ recipient: '@slack-orders', count, per_week: count }],
    time_in_alert_s: 8400,
    time_in_alert_percent: 1.4,
    longest_alert_s: 7800,
    flapping_percent: 12,
    groups: 1,
    top_groups: [],
    timeline: {
      part_s: 10_800,
      values: [0, 500, null, 1500, 1000],
      notifications: [0, 0, 0, 2, 0],
      comparator: '>',
      critical: 1000,
    },
    ...more,
  };
}

function quietComposite(): Figures {
  const { step_s: _, point_s: __, ...rest } = figures(0, { evaluated: 0, longest_alert_s: 0 });
  return rest;
}

function row(threshold: number, count: number, isCurrent = false): SweepRow {
  return { threshold, transitions: count, notifications: count, per_week: count, is_current: isCurrent };
}

function report(more: Partial<AlertReport>): AlertReport {
  return { key: 'queue-backlog', kind: 'alert', title: 'The queue is deep', findings: [], ...more };
}

function previewOf(...alerts: AlertReport[]): Preview {
  return {
    from: '2026-11-22T23:00:00.000Z',
    to: '2026-11-29T23:00:00.000Z',
    time_zone: 'Europe/Berlin',
    alerts,
    assumptions: [{ code: 'month', text: 'A month is 730 hours.' }],
    budget: { requests: 8, cached: 4, missing: 0 },
  };
}

const CHANGED = report({
  id: '7',
  before: figures(3, { recipients: [{ recipient: '@slack-orders', count: 3, per_week: 3 }] }),
  after: figures(12, {
    skipped: { empty: 100, no_finite_value: 0, window_not_full: 20, new_group: 0 },
    groups: 50,
    top_groups: [
      { group: 'queue:orders', transitions: 20, notifications: 10, time_in_alert_s: 7200 },
      { group: 'queue:bills', transitions: 4, notifications: 2, time_in_alert_s: 1200 },
    ],
    incomplete: [
      {
        from: '2026-11-24T00:00:00.000Z',
        to: '2026-11-25T00:00:00.000Z',
        reason: 'Datadog limits the rate.',
      },
    ],
  }),
  sweep: [
    row(5, 90),
    row(500, 40),
    row(600, 40),
    row(800, 18),
    row(1000, 12, true),
    row(1200, 12),
    row(2000, 0),
  ],
  agreement: { real: 14, matched: 13, missed: 1, invented: 2, tolerance_s: 60, examples: [] },
});
const MISSPELT = report({
  key: 'typo',
  title: 'typo',
  after: figures(0, {
    evaluated: 0,
    timeline: { part_s: 10_800, values: [null, null], notifications: [0, 0], comparator: '>', critical: 1 },
    time_in_alert_s: 0,
    longest_alert_s: 0,
  }),
  findings: [
    {
      code: 'no_points',
      severity: 'error',
      message: 'The query had no point.',
      pointer: '',
      hint: 'Check it.',
    },
  ],
});
const REFUSED = report({
  key: 'burn',
  kind: 'monitor',
  title: '',
  id: '9',
  after: { refused: { code: 'slo', message: 'SLO alerts cannot be evaluated outside Datadog.' } },
});

describe('a preview in the terminal', () => {
  it('says of each alert what matters, then the totals', () => {
    assert.equal(
      printPreview(previewOf(CHANGED, MISSPELT, REFUSED), plain),
      `\
What the alerts would have done in 7 days, Mon 23 Nov 00:00 to Mon 30 Nov 00:00, Europe/Berlin

alert queue-backlog: The queue is deep
  12 notifications a week to @slack-orders (was 3), 40 % out of hours, longest alert 2 h 10 min
  ▁▃·█▆  values 0 to 1500
     !   ! critical (> 1000)
  in alert    2 h 20 min (1.4 % of the time); flapping score 12 of 100
  groups      50; most notifications: queue:orders (10), queue:bills (2)
  thresholds  5 -> 90 notifications a week, 600 -> 40, 800 -> 18, 2000 -> 0 (now 1000 -> 12)
  agreement   Datadog recorded 14 transitions of the monitor: 13 computed too (within 1 min), 1 not; 2 computed that did not happen
  skipped     100 evaluations without data, 20 with an incomplete window; 10080 had a value
  incomplete  no data was fetched for Tue 24 Nov 01:00 to Wed 25 Nov 01:00: Datadog limits the rate

alert typo
  no evaluation had data in 7 days
  error: The query had no point. [no_points]
    hint: Check it.

monitor burn
  cannot be previewed: SLO alerts cannot be evaluated outside Datadog.

3 alerts: 3 -> 12 notifications a week: @slack-orders 3 -> 12; 1 cannot be previewed.
8 requests to Datadog, 4 days of series from the cache.

Computed by Birddog from Datadog's series; Datadog may evaluate at other seconds, and points that arrived late look as if on time. birddog preview --verbose lists the assumptions (1).
`,
    );
  });

  for (const [what, alert, expected] of [
    [
      'is new',
      report({ after: figures(2) }),
      '2 notifications a week to @slack-orders (new), 40 % out of hours',
    ],
    [
      'does not change',
      report({ id: '1', after: figures(2) }),
      '2 notifications a week to @slack-orders, 40 %',
    ],
    ['changes without effect', report({ id: '1', before: figures(2), after: figures(2) }), '(as before)'],
    [
      'is deleted',
      report({ id: '1', before: figures(2) }),
      'deleted: no longer 2 notifications a week to @slack-orders\n',
    ],
    [
      'is quiet',
      report({ after: figures(0, { longest_alert_s: 0 }) }),
      'no notifications in 7 days (new), never in alert',
    ],
    [
      'replaces one that cannot be evaluated',
      report({ id: '1', before: { refused: { code: 'slo', message: 'no' } }, after: figures(2) }),
      '2 notifications a week to @slack-orders (the monitor in Datadog cannot be previewed), 40 %',
    ],
    [
      'is a quiet combination',
      report({ id: '1', after: quietComposite() }),
      'no notifications in 7 days, never in alert',
    ],
    [
      'notifies nobody',
      report({
        after: figures(0, {
          notifications: { count: 0, per_week: 0, out_of_hours_percent: 0, without_recipient: 4 },
        }),
      }),
      'no notifications in 7 days (new), 4 transitions without a recipient, longest alert 2 h 10 min',
    ],
    [
      'has other recipients',
      report({
        before: figures(2),
        after: figures(3, {
          recipients: [
            { recipient: '@a', count: 2, per_week: 2 },
            { recipient: '@b', count: 1, per_week: 1 },
          ],
        }),
      }),
      '3 notifications a week to @a (2), @b (1) (was 2 to @slack-orders)',
    ],
  ] as const)
    it(`names an alert that ${what}`, () => {
      assert.ok(
        printPreview(previewOf(alert), plain).includes(expected),
        printPreview(previewOf(alert), plain),
      );
    });

  it('says whether the monitor in Datadog behaves as computed', () => {
    const agreement = { real: 3, matched: 3, missed: 0, invented: 0, tolerance_s: 60, examples: [] };
    const texts = [agreement, { ...agreement, real: 0, matched: 0 }].map((one) =>
      printPreview(previewOf({ ...CHANGED, agreement: one }), plain),
    );
    assert.match(texts[0] ?? '', /recorded 3 transitions of the monitor, and the same are computed$/m);
    assert.match(texts[1] ?? '', /recorded no transition of the monitor, and none is computed$/m);
  });

  it('shows the real transitions of a monitor that cannot be evaluated', () => {
    const examples = [
      { at: '2026-11-24T00:00:00.000Z', group: '*', from: 'ok', to: 'alert' },
      { at: '2026-11-25T00:00:00.000Z', group: '*', from: 'alert', to: 'ok' },
    ] as const;
    const text = printPreview(previewOf({ ...REFUSED, real: { transitions: 2, examples } }), plain);
    assert.match(
      text,
      /^  real        Datadog recorded 2 transitions of the monitor; the latest: Wed 25 Nov 01:00 \* from alert to ok$/m,
    );
  });

  it('gives the count too if the span is not a week', () => {
    const notifications = { count: 2, per_week: 14, out_of_hours_percent: 0, without_recipient: 0 };
    const day = {
      ...previewOf(report({ after: figures(2, { notifications }) })),
      to: '2026-11-23T23:00:00.000Z',
    };
    assert.match(printPreview(day, plain), /14 notifications a week \(2 in 1 day\) to @slack-orders/);
  });

  it('prints all thresholds, examples and assumptions if verbose', () => {
    const examples = [
      { kind: 'missed', at: '2026-11-24T00:00:00.000Z', group: 'queue:orders', to: 'alert' },
    ] as const;
    const agreement = { real: 1, matched: 0, missed: 1, invented: 0, tolerance_s: 60, examples };
    const text = printPreview(previewOf({ ...CHANGED, agreement }), plain, { isVerbose: true });
    assert.match(text, /500 -> 40, 600 -> 40/);
    assert.match(text, /did not happen: Tue 24 Nov 01:00 queue:orders to alert is not computed$/m);
    assert.match(text, /^- month: A month is 730 hours\.$/m);
  });

  it('always names what could not be read', () => {
    const own = { code: 'downtimes_missing', text: 'The downtimes could not be read.' };
    const preview = { ...previewOf(CHANGED), assumptions: [...previewOf().assumptions, own] };
    assert.match(printPreview(preview, plain), /^warning: The downtimes could not be read\.$/m);
    assert.match(
      previewMarkdown(preview),
      /^\*\*Warning:\*\* <code>The downtimes could not be read\.<\/code>$/m,
    );
  });

  it('has only ASCII characters in such a locale', () => {
    assert.doesNotMatch(printPreview(previewOf(CHANGED), plain, { isAscii: true }), /[^\n -~]/);
    assert.deepEqual(
      [
        {},
        { LANG: 'C' },
        { LANG: 'de_DE.UTF-8' },
        { LC_ALL: 'C', LANG: 'C.utf8' },
        { LC_ALL: '', LANG: 'C.utf8' },
      ].map(isAscii),
      [false, true, false, true, false],
    );
  });

  it('formats durations in their two largest units', () => {
    const texts = [0, 30, 60, 7800, 3660, 90_000, 604_800].map(durationText);
    assert.deepEqual(texts, ['0 s', '30 s', '1 min', '2 h 10 min', '1 h 1 min', '1 d 1 h', '7 d']);
  });
});

/** Returns a preview with any texts of users and Datadog. */
const anyPreview = fc
  .array(
    fc
      .tuple(fc.string({ unit: 'binary', maxLength: 300 }), fc.nat(99), fc.nat(99))
      .map(([text, was, now]) => {
        const of = (count: number) =>
          figures(count, {
            recipients: [{ recipient: text, count, per_week: count }],
            groups: 2,
            top_groups: [{ group: text, transitions: 1, notifications: count, time_in_alert_s: 1 }],
            incomplete: [{ from: '2026-11-24T00:00:00.000Z', to: '2026-11-25T00:00:00.000Z', reason: text }],
          });
        const finding = { code: 'x', severity: 'error', message: text, pointer: '' } as const;
        return report({ key: text, title: text, before: of(was), after: of(now), findings: [finding] });
      }),
    { maxLength: 8 },
  )
  .map((alerts) => previewOf(...alerts));

describe('a preview in Markdown', () => {
  it('has a row for each alert, errors and large changes first, and folded details', () => {
    const text = previewMarkdown(
      previewOf(report({ key: 'new', after: figures(1) }), REFUSED, CHANGED, MISSPELT),
    );
    const rows = text.split('\n').filter((line) => line.startsWith('|'));
    assert.deepEqual(rows, [
      '| alert | before | after | notifications a week | who |',
      '| --- | --- | --- | --- | --- |',
      '| <code>typo</code> **error** | none | **no data** | 0 | nobody |',
      '| <code>queue-backlog</code> | 2 h 20 min in alert, longest 2 h 10 min | 2 h 20 min in alert, longest 2 h 10 min | 3 -> 12 | <code>&#64;slack-orders</code> |',
      '| <code>new</code> | none | 2 h 20 min in alert, longest 2 h 10 min | 1 | <code>&#64;slack-orders</code> |',
      '| <code>burn</code> | unchanged | cannot be previewed |  |  |',
    ]);
    assert.equal(text.match(/<details>/g)?.length, 4);
    assert.match(
      text,
      /^12 notifications a week to <code>&#64;slack-orders<\/code> \(was 3\), 40 % out of hours/m,
    );
    assert.match(text, /^- \*\*error\*\* <code>The query had no point\.<\/code>$/m);
  });

  it('mentions nobody, keeps its rows and closes every tag, for any text', () => {
    fc.assert(
      fc.property(anyPreview, (preview) => {
        const text = previewMarkdown(preview);
        assert.doesNotMatch(text, /@/);
        const rows = text.split('\n').filter((line) => line.startsWith('|'));
        assert.equal(rows.length, preview.alerts.length === 0 ? 0 : preview.alerts.length + 2);
        for (const line of rows) assert.equal(line.split('|').length, 7);
        for (const tag of ['code', 'details', 'summary'])
          assert.equal(text.split(`<${tag}>`).length, text.split(`</${tag}>`).length);
        const tags = [...text.matchAll(/<(\/?\w+)>/g)].map(([, tag = '']) => tag.replace('/', ''));
        assert.deepEqual(
          [...new Set(tags)].filter((tag) => !/^(?:code|details|summary|sub|br)$/.test(tag)),
          [],
        );
        assert.equal(printPreview(preview, plain), safeText(printPreview(preview, plain)));
      }),
      { numRuns: 60 },
    );
  });

  it('is short enough for a comment, and says how many alerts it leaves out', () => {
    const alerts = Array.from({ length: 1000 }, (_, at) => ({ ...CHANGED, key: `"<@|${at}`.repeat(40) }));
    const text = previewMarkdown(previewOf(...alerts));
    assert.ok(text.length <= 60_000, String(text.length));
    const rows = text.split('\n').filter((line) => line.startsWith('|')).length - 2;
    const details = text.split('<details>').length - 1;
    assert.ok(details > 5 && rows > details);
    assert.ok(text.includes(`**${1000 - rows}** more alerts with smaller changes are not listed here.`));
    assert.ok(text.includes(`**${rows - details}** of the alerts above have no details here.`));
    const small = previewMarkdown(previewOf(...alerts), 2000);
    assert.ok(small.length <= 2000 && small.includes('**1000** more alerts'));
  });
});
