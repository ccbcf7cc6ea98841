import fc from 'fast-check';
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type JsonObject, numberFromText } from '../domain/json.ts';
import { type Alert, alertJson } from './alert.ts';
import type { Finding } from '../domain/finding.ts';
import { canonicalAlert } from './canonical-alert.ts';
import { checkAlert } from './alert-findings.ts';
import { compileAlert } from './compile.ts';
import { SEVERITIES, type Transition, TRANSITIONS } from './fields/schemas.ts';
import { defined } from './kinds.ts';
import { whenMember } from './notification.ts';
import { readAlert } from './read-back.ts';

const ALERT: Alert = {
  title: 'Queue is deep',
  severity: 'high',
  signal: { metric: 'payments.queue.depth', filter: 'env:prod', by: ['host', 'zone'] },
  condition: { over: '5m', above: 1000, warn: 800, recover: 700 },
  message: 'Look at the consumers.',
  no_data: { then: 'notify' },
  notify: [{ to: ['@slack-payments', '@a@example.com'] }, { to: '@pagerduty', when: ['alert', 'no_data'] }],
};

/** What Datadog makes of a monitor that it takes in. */
function asDatadogHolds(monitor: JsonObject, tags: string[] = []): JsonObject {
  const text = JSON.stringify(monitor).replace(
    /"(critical|warning|critical_recovery)":(-?\d+)(?=[,}])/g,
    '"$1":$2.0',
  );
  const held = JSON.parse(text, (_n, v, c?: { source?: string }) =>
    typeof v === 'number' && c?.source ? numberFromText(c.source) : v,
  );
  const missing = held.options.on_missing_data === undefined ? { notify_no_data: false } : {};
  return {
    id: 1,
    multi: true,
    priority: null,
    tags,
    ...held,
    options: {
      ...held.options,
      ...missing,
      notify_audit: false,
      new_host_delay: 300,
      include_tags: true,
      silenced: {},
    },
  };
}

const handle = fc.stringMatching(/^@[a-z][a-z0-9._@-]{0,12}$/);
const alert: fc.Arbitrary<Alert> = fc
  .record({
    title: fc.stringMatching(/^[A-Za-z][A-Za-z :%]{0,20}[a-z]$/),
    severity: fc.option(fc.constantFrom(...SEVERITIES), { nil: undefined }),
    metric: fc.stringMatching(/^[a-z][a-z0-9._]{0,20}$/),
    aggregate: fc.option(fc.constantFrom('sum', 'min', 'max', 'count'), { nil: undefined }),
    filter: fc.option(fc.constantFrom('env:prod', 'env:prod,!host:a', 'env:prod AND (a:b OR c:d*)'), {
      nil: undefined,
    }),
    by: fc.option(fc.uniqueArray(fc.stringMatching(/^[a-z][a-z_.]{0,8}$/), { minLength: 1, maxLength: 3 }), {
      nil: undefined,
    }),
    over: fc.constantFrom('1m', '5m', '1h', '1d', '1w'),
    statistic: fc.option(fc.constantFrom('sum', 'min', 'max'), { nil: undefined }),
    rising: fc.boolean(),
    critical: fc.integer({ min: -1000, max: 1000 }),
    warn: fc.option(fc.integer({ min: 1, max: 50 }), { nil: undefined }),
    recover: fc.option(fc.integer({ min: 0, max: 80 }), { nil: undefined }),
    message: fc.option(fc.stringMatching(/^[A-Z][a-z {}@\n]{0,40}[a-z]$/), { nil: undefined }),
    notify: fc.option(
      fc.array(
        fc.tuple(
          fc.uniqueArray(handle, { minLength: 1, maxLength: 3 }),
          fc.subarray([...TRANSITIONS], { minLength: 1 }),
        ),
        { minLength: 1, maxLength: 3 },
      ),
      { nil: undefined },
    ),
  })
  .map((r): Alert => {
    const unavailable = (distance: number | undefined) =>
      distance === undefined ? undefined : r.critical + (r.rising ? -distance : distance);
    const condition = defined({
      over: r.over,
      statistic: r.statistic,
      [r.rising ? 'above' : 'below']: r.critical,
      warn: unavailable(r.warn),
      recover: unavailable(r.recover),
    });
    return {
      title: r.title,
      severity: r.severity,
      signal: defined({ metric: r.metric, aggregate: r.aggregate, filter: r.filter, by: r.by }),
      condition,
      message: r.message,
      notify: r.notify?.map(([to, when]: [string[], Transition[]]) => ({
        to,
        ...whenMember(when, { condition }),
      })),
    };
  });

function alertFindings(given: Alert, pointer: string): Finding[] {
  const found: Finding[] = [];
  checkAlert(given, pointer, (finding) => found.push(finding));
  return found;
}

describe('an alert', () => {
  it('compiles to the monitor that a person would have written', () => {
    assert.deepEqual(compileAlert(ALERT), {
      type: 'query alert',
      name: 'Queue is deep',
      query: 'avg(last_5m):avg:payments.queue.depth{env:prod} by {host,zone} > 1000',
      message:
        'Look at the consumers.\n\n' +
        '{{#is_alert}}@slack-payments @a@example.com{{/is_alert}}{{#is_warning}}@slack-payments @a@example.com{{/is_warning}}{{#is_no_data}}@slack-payments @a@example.com{{/is_no_data}}{{#is_recovery}}@slack-payments @a@example.com{{/is_recovery}}\n' +
        '{{#is_alert}}@pagerduty{{/is_alert}}{{#is_no_data}}@pagerduty{{/is_no_data}}',
      priority: 2,
      options: {
        thresholds: { critical: 1000, warning: 800, critical_recovery: 700 },
        require_full_window: false,
        on_missing_data: 'show_and_notify_no_data',
      },
    });
  });

  it('is read back from its monitor, and from the monitor as Datadog returns it', () => {
    fc.assert(
      fc.property(alert, (a) => {
        fc.pre(alertFindings(a, '').every((f) => f.severity !== 'error'));
        const expected = alertJson(canonicalAlert(a));
        for (const monitor of [compileAlert(a), asDatadogHolds(compileAlert(a))]) {
          const back = readAlert(monitor);
          assert.ok(back, JSON.stringify(monitor));
          assert.deepEqual(alertJson(back), expected);
        }
      }),
    );
  });

  it('accepts each recipient as a string or a list, and reads it back as a string', () => {
    const { warn: _, ...condition } = ALERT.condition;
    for (const notify of [['@a'], [{ to: '@a' }], [{ to: ['@a'] }]]) {
      const monitor = compileAlert({ ...ALERT, no_data: undefined, condition, notify });
      assert.match(String(monitor['message']), /\{\{#is_alert\}\}@a\{\{\/is_alert\}\}\{\{#is_recovery\}\}@a/);
      assert.deepEqual(readAlert(monitor)?.notify, ['@a']);
    }
  });

  it('writes its numbers in plain decimals', () => {
    for (const [number, text] of [
      ['0.50', '0.5'],
      ['1e15', '1000000000000000'],
      ['-2.5e-3', '-0.0025'],
    ]) {
      const below = numberFromText(number ?? '');
      const monitor = compileAlert({ ...ALERT, condition: { over: '5m', below } });
      assert.equal(String(monitor['query']).split('< ')[1], text);
    }
  });
});

describe('a monitor that no alert can express is not read back', () => {
  const monitor = asDatadogHolds(compileAlert(ALERT));
  const { options } = compileAlert(ALERT);
  const others: readonly [string, JsonObject][] = [
    ['an option that a field cannot express', { ...monitor, options: { ...Object(options), timeout_h: 60 } }],
    [
      'a threshold that the query does not have',
      {
        ...monitor,
        options: { ...Object(options), thresholds: { critical: 999, warning: 800, critical_recovery: 700 } },
      },
    ],
    ['a query with a word', { ...monitor, query: 'avg(last_5m):avg:b{*} + a > 1000' }],
    [
      'a notification in the middle of its words',
      { ...monitor, message: '{{#is_alert}}@x{{/is_alert}} and more' },
    ],
    ['another type', { ...monitor, type: 'log alert' }],
  ];
  for (const [what, other] of others) {
    it(what, () => {
      const back = readAlert(other);
      if (back) assert.ok(back.message?.includes('{{#is_alert}}'), JSON.stringify(back));
    });
  }
});

describe('a mistake in an alert is reported at its position', () => {
  const mistakes: readonly [Partial<Alert>, string, string?][] = [
    [{ condition: {} }, ''],
    [{ condition: { over: '5 minutes', above: 1 } }, '/condition/over'],
    [{ condition: { over: '100000m', above: 1 } }, '/condition/over'],
    [{ condition: { over: '5m', above: 10, warn: 10 } }, '/condition/warn'],
    [{ condition: { over: '5m', below: 10, warn: 9 } }, '/condition/warn'],
    [{ condition: { over: '5m', above: 10, recover: 11 } }, '/condition/recover'],
    [{ condition: { over: '5m', below: 10, recover: 9 } }, '/condition/recover'],
    [{ signal: { metric: 'a{*} by {host}' } }, '/signal/metric'],
    [{ signal: { metric: 'a', filter: '*} by {x' } }, '/signal/filter'],
    [{ signal: { metric: 'a', by: ['host} > 1'] } }, '/signal/by/0'],
    [{ notify: [{ to: ['slack'] }] }, '/notify/0/to/0'],
    [{ notify: [{ to: ['@a{{/is_alert}}'] }] }, '/notify/0/to/0'],
    [
      { condition: { over: '5m', above: 1 }, notify: [{ to: ['@a'], when: 'warning' }] },
      '/notify/0/when',
      'warning',
    ],
  ];
  for (const [part, pointer, severity = 'error'] of mistakes) {
    it(JSON.stringify(part), () => {
      const [finding] = alertFindings({ ...ALERT, notify: [], ...part }, '');
      assert.deepEqual([finding?.pointer, finding?.severity], [pointer, severity]);
    });
  }

  it('reports nothing for a valid alert without warnings', () => {
    const { warn: _, ...condition } = ALERT.condition;
    assert.deepEqual(alertFindings({ ...ALERT, condition }, ''), []);
  });

  it('reports each entry without `when` of an alert with warnings, as information', () => {
    const notify = ['@a', { to: '@b' }, { to: ['@c'], when: 'alert' as const }];
    assert.deepEqual(
      alertFindings({ ...ALERT, notify }, '').map(({ code, severity, pointer }) => [code, severity, pointer]),
      [
        ['default_changed', 'info', '/notify/0'],
        ['default_changed', 'info', '/notify/1'],
      ],
    );
  });
});
