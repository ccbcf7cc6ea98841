import fc from 'fast-check';
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { alertFields } from '../../../test/arbitrary-fields.ts';
import type { JsonObject } from '../../domain/json.ts';
import type { Alert } from '../alert.ts';
import { FIELDS, readFields } from './fields.ts';
import { withLiveSpelling, withoutIneffective } from './ineffective.ts';
import { optionsOf } from './field.ts';

const SIGNAL = { metric: 'm', by: ['queue'] };
const TYPES = [
  'query alert',
  'log alert',
  'service check',
  'process alert',
  'composite',
  'slo alert',
] as const;

function compiled(alert: Alert, type: string): JsonObject {
  const members = FIELDS.map((field) => field.compile(alert, type));
  return {
    ...Object.assign({ type }, ...members),
    options: Object.assign({}, ...members.map(optionsOf)),
  };
}

function read(monitor: JsonObject, { signal, condition }: Alert): Alert {
  return readFields(withoutIneffective(monitor), { signal, condition });
}

function canonical(alert: Alert, type: string): Alert {
  const { signal, condition } = alert;
  return Object.assign({ signal, condition }, ...FIELDS.map((field) => field.canonical(alert, type)));
}

function mistakes(alert: Alert, type = 'query alert', by?: string[]): string[] {
  const found: string[] = [];
  for (const field of FIELDS) {
    field.check?.(
      alert,
      (path, message, hint = '', severity = 'error') =>
        found.push(`${severity} ${path.join('/')}: ${message} ${hint}`),
      { type, ...(by ? { by } : {}) },
    );
  }
  return found;
}

/** Returns alerts of a type of monitors with fields that it can have. */
function alertOf(type: string): fc.Arbitrary<Alert> {
  return fc.constantFrom({}, { warn: 1 }, { unknown: 2 }).chain((more) => {
    const parts = { signal: SIGNAL, condition: { over: '5m', above: 2, ...more } };
    return alertFields({ ...parts, type, by: ['queue', 'kube.namespace', 'host'] }).map((fields) => ({
      ...parts,
      ...fields,
    }));
  });
}

describe('the fields of an alert', () => {
  for (const type of TYPES) {
    it(`read back from a ${type} as their canonical form`, () => {
      fc.assert(
        fc.property(alertOf(type), (given) => {
          assert.deepEqual(
            mistakes(given, type).filter((one) => one.startsWith('error')),
            [],
          );
          const expected = canonical(given, type);
          assert.deepEqual(read(compiled(given, type), given), expected);
          assert.deepEqual(canonical(expected, type), expected);
        }),
        { numRuns: 60 },
      );
    });
  }
});

describe('members of a monitor without effect', () => {
  const monitor = (options: JsonObject, type = 'query alert'): JsonObject => ({ type, options });
  const ignored: readonly [what: string, options: JsonObject, type?: string][] = [
    ['a time for missing data that is not notified', { no_data_timeframe: 10 }],
    ['a full window outside metrics', { require_full_window: true }, 'log alert'],
    ['a threshold for OK outside checks', { thresholds: { ok: 1, critical: null } }, 'log alert'],
    ['the least number of locations', { min_location_failed: 1 }],
    [
      'off',
      { renotify_interval: '0', timeout_h: 0, evaluation_delay: null, escalation_message: '', notify_by: [] },
    ],
    [
      'the defaults of Datadog',
      { include_tags: true, new_host_delay: 300, notify_audit: false, locked: false },
    ],
  ];
  for (const [what, options, type] of ignored) {
    it(`are ignored: ${what}`, () => {
      const left = withoutIneffective(monitor(options, type))['options'];
      assert.deepEqual(left, {});
      assert.deepEqual(withLiveSpelling(monitor({}, type), monitor(options, type)), monitor(options, type));
    });
  }

  it('are kept where they have an effect', () => {
    const options = {
      notify_no_data: true,
      no_data_timeframe: 10,
      require_full_window: true,
      new_group_delay: 0,
      new_host_delay: 300,
      include_tags: false,
    };
    assert.deepEqual(withoutIneffective(monitor(options))['options'], options);
    assert.deepEqual(
      withoutIneffective(monitor({ thresholds: { ok: 1, period: { a: 1 } } }, 'service check'))['options'],
      { thresholds: { ok: 1 } },
    );
  });

  it('leave a query as it is in Datadog if only its spelling differs', () => {
    const query = (text: string): JsonObject => ({ ...monitor({}), query: text });
    const live = query('avg(last_5m):(avg:a{*}) >  1');
    assert.deepEqual(withLiveSpelling(query('avg(last_5m):avg:a{*} > 1'), live), live);
    const other = query('avg(last_5m):avg:a{*} > 2');
    assert.deepEqual(withLiveSpelling(other, live), other);
  });

  it('are not added to a live monitor without them', () => {
    const desired = monitor({ require_full_window: false, renotify_interval: 60 });
    assert.deepEqual(withLiveSpelling(desired, monitor({})), monitor({ renotify_interval: 60 }));
  });

  it('are not taken from the live monitor if they would have an effect in the desired one', () => {
    const live = monitor({ notify_no_data: false, no_data_timeframe: 10, renotify_interval: '60' });
    const desired = monitor({ notify_no_data: true, renotify_interval: 60 });
    assert.deepEqual(
      withLiveSpelling(desired, live),
      monitor({ notify_no_data: true, renotify_interval: '60' }),
    );
  });
});

describe('a mistake in a field', () => {
  const METRIC = { signal: SIGNAL, condition: { over: '5m', above: 1 } };
  const cases: readonly [fields: Partial<Alert>, type: string, expected: RegExp][] = [
    [
      { no_data: { after: '30m', then: 'show' } },
      'query alert',
      /^error no_data\/after: .* "then" is "show"/,
    ],
    [{ no_data: { after: '30m', then: 'notify' } }, 'log alert', /^error no_data\/after: .* events/],
    [
      { no_data: { after: '90s', then: 'notify' } },
      'query alert',
      /^error no_data\/after: "90s" .* whole minutes/,
    ],
    [{ no_data: { then: 'resolve' } }, 'composite', /^error no_data\/then: Datadog cannot "resolve"/],
    [{ no_data: { then: 'notify' } }, 'slo alert', /^error no_data: Monitors of SLOs/],
    [
      { no_data: { then: 'notify' }, condition: { missing_for: '1h' } },
      'query alert',
      /^error no_data: .*missing_for/,
    ],
    [{ renotify: { every: '90s' } }, 'query alert', /^error renotify\/every: .* whole minutes/],
    [{ renotify: { times: 0 } }, 'query alert', /^error renotify\/times/],
    [{ resolve_after: '90m' }, 'query alert', /^error resolve_after: "90m" .* 1 to 24 whole hours/],
    [{ resolve_after: '25h' }, 'query alert', /^error resolve_after/],
    [{ resolve_after: '0s' }, 'query alert', /^error resolve_after/],
    [{ delay: '2d' }, 'query alert', /^error delay: .* 86400/],
    [{ runbook: 'wiki' }, 'query alert', /^error runbook: .* URL/],
    [{ notify: ['slack'] }, 'query alert', /^error notify\/0: "slack"/],
    [{ notify: [{ to: '@a', if: { 'a b': 'x' } }] }, 'query alert', /^error notify\/0\/if\/a b: .* tag key/],
    [{ notify: [{ to: '@a', if: { queue: '"' } }] }, 'query alert', /^error notify\/0\/if\/queue: .* quotes/],
    [
      { notify: [{ to: '@a', if: { host: 'x' } }] },
      'query alert',
      /^error notify\/0\/if\/host: .* groups .* queue/,
    ],
    [{ notify: [{ to: '@a', when: 'unknown' }] }, 'query alert', /^warning notify\/0\/when: .*"unknown"/],
    [
      { notify: [{ to: '@a', when: ['alert', 'no_data'] }] },
      'query alert',
      /^warning notify\/0\/when: .* turned it on/,
    ],
    [
      { options: { timeout_h: 4 } },
      'query alert',
      /^error options\/timeout_h: .*"resolve_after".* resolve_after: "4h"/,
    ],
    [
      { options: { renotify_statuses: ['alert', 'no data'] } },
      'query alert',
      /renotify\.while.* renotify: \{"while":\["alert","no_data"\]\} instead/,
    ],
    [
      { options: { thresholds: {} } },
      'query alert',
      /"condition" of the alert covers .*Use "condition" instead/,
    ],
  ];
  for (const [fields, type, expected] of cases) {
    it(`is reported at its place: ${JSON.stringify(fields)}`, () => {
      const found = mistakes({ ...METRIC, ...fields }, type, ['queue']);
      assert.equal(found.length, 1, found.join('\n'));
      assert.match(found[0] ?? '', expected);
    });
  }

  it('is not reported for the options of a query, which has no condition', () => {
    const query = { signal: { query: 'avg(last_5m):avg:a{*} > 1', type: 'query alert' }, condition: {} };
    assert.deepEqual(
      mistakes({ ...query, options: { thresholds: { critical: 1 }, require_full_window: true } }),
      [],
    );
  });
});

describe('a message', () => {
  const alertWith = (message: string) =>
    read({ type: 'query alert', message }, { signal: SIGNAL, condition: {} });
  const line = '{{#is_alert}}@a{{/is_alert}}{{#is_recovery}}@a{{/is_recovery}}';
  const kept = [
    `A\n${line}`,
    `A\n\n\n${line}`,
    `A\n\n{{#is_recovery}}@a{{/is_recovery}}{{#is_alert}}@a{{/is_alert}}`,
    `A\n\n{{#is_alert}}@a{{/is_alert}}{{#is_recovery}}@b{{/is_recovery}}`,
    `A\n\n{{#is_alert}}@a {{/is_alert}}`,
    `A\n\n{{#is_exact_match "x.name" "b"}}${line}`,
    `A\n\n{{#is_exact_match "kube.namespace.name" "b"}}${line}{{/is_exact_match}}`,
    `A\n\n${line} or call us`,
    'A\nRunbook: https://x',
    'A\n\nRunbook: see the wiki',
  ];
  for (const message of kept) {
    it(`stays whole: ${JSON.stringify(message)}`, () => assert.equal(alertWith(message).message, message));
  }

  it('gives only recipients in the compiled form to notify', () => {
    assert.deepEqual(alertWith(`A\n\n${line}\n\n${line}\n{{#is_alert}}@b @c{{/is_alert}}`), {
      signal: SIGNAL,
      condition: {},
      message: `A\n\n${line}`,
      notify: ['@a', { to: ['@b', '@c'], when: 'alert' }],
    });
  });

  it('gives its last line before the recipients to runbook', () => {
    assert.deepEqual(alertWith(`Runbook: https://x/y\n\n${line}`), {
      signal: SIGNAL,
      condition: {},
      runbook: 'https://x/y',
      notify: ['@a'],
    });
  });
});
